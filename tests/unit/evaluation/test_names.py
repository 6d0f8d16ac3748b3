"""Names are found by the longest end that they share, and only where that is clear."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.evaluation.names import index_names, track_name


def found(wanted: str, *paths: str, by_stem: bool = False, stems: bool = False) -> list[str]:
    find = index_names([track_name(path, by_stem=stems) for path in paths])
    return [paths[index] for index in find(track_name(wanted, by_stem=by_stem))]


def test_the_longest_common_end_wins() -> None:
    paths = ("/m/A/01.mp3", "/m/B/01.mp3", "/m/C/B/01.mp3", "/m/B/02.mp3")
    assert found("C/B/01.mp3", *paths) == ["/m/C/B/01.mp3"]
    assert found("A/01.mp3", *paths) == ["/m/A/01.mp3"]
    assert found("B/01.mp3", *paths) == ["/m/B/01.mp3", "/m/C/B/01.mp3"]
    assert found("01.mp3", *paths) == list(paths[:3])
    assert found("X/02.mp3", *paths) == ["/m/B/02.mp3"]
    assert found("03.mp3", *paths) == []


def test_backslashes_separate_too() -> None:
    assert found(r"C:\Music\B\01.mp3", "/m/A/01.mp3", "/m/B/01.mp3") == ["/m/B/01.mp3"]
    assert found("/m/B/01.mp3", r"D:\A\01.mp3", r"D:\B\01.mp3") == [r"D:\B\01.mp3"]


def test_unicode_forms_are_one() -> None:
    name = "Über é.mp3"
    for wanted, there in ((normalize("NFC", name), normalize("NFD", name)), (normalize("NFD", name), name)):
        assert found(f"x/{wanted}", f"y/{there}", "y/Uber e.mp3") == [f"y/{there}"]


def test_case_decides_only_between_names_that_differ_in_nothing_else() -> None:
    assert found("x/SONG.MP3", "y/song.mp3") == ["y/song.mp3"]
    assert found("x/song.mp3", "y/Song.mp3", "z/song.mp3") == ["z/song.mp3"]
    assert found("x/SONG.mp3", "y/Song.mp3", "z/song.mp3") == ["y/Song.mp3", "z/song.mp3"]


def test_a_stem_goes_with_every_audio_suffix() -> None:
    paths = ("m/1030011.LOFI.mp3", "m/1030011.mp3", "m/x.Flac", "m/1030011.LOFI.txt")
    assert found("1030011.LOFI", *paths, by_stem=True) == ["m/1030011.LOFI.mp3"]
    assert found("X", *paths, by_stem=True) == ["m/x.Flac"]
    assert found("m/1030011.LOFI.mp3", "1030011.LOFI", "1030011", stems=True) == ["1030011.LOFI"]
    assert found("sub/a", "sub/a", "a", by_stem=True, stems=True) == ["sub/a"]


def test_a_whole_name_goes_with_its_own_suffix_alone() -> None:
    assert found("a.mp3", "a.wav") == []
    assert found("a", "a.mp3") == []


def test_a_stem_that_kept_its_suffix_is_found() -> None:
    assert found("a.mp3", "a.mp3", "a.wav", by_stem=True) == ["a.mp3"]
    assert found("a.mp3", "a.wav", by_stem=True) == ["a.wav"]


@pytest.mark.parametrize("path", ["", "/", "./.", "\\"])
def test_a_path_without_names_finds_nothing(path: str) -> None:
    assert found(path, path, "a.mp3") == []


def test_long_paths_are_compared_at_their_ends() -> None:
    deep = "/".join(["x"] * 5000)
    assert found(f"{deep}/a.mp3", f"y/{deep}/a.mp3", "a.mp3") == [f"y/{deep}/a.mp3"]


PATHS = st.lists(st.sampled_from(["a", "b", "A", "é", "e\u0301", "c.mp3", "C.mp3"]), min_size=1, max_size=4).map(
    "/".join
)


def depth(one: str, other: str) -> int:
    """Parts that two paths have in common at their ends, in any case."""
    ends = [[normalize("NFC", part).casefold() for part in path.split("/")][::-1] for path in (one, other)]
    return next((at for at, (a, b) in enumerate(zip(*ends, strict=False)) if a != b), min(map(len, ends)))


@given(PATHS, st.lists(PATHS, max_size=8))
def test_nothing_that_shares_more_is_passed_over(wanted: str, paths: list[str]) -> None:
    candidates = found(wanted, *paths)
    best = max((depth(wanted, path) for path in paths), default=0)
    assert all(depth(wanted, path) == best for path in candidates)
    assert bool(candidates) == (best > 0)


def test_a_byte_that_is_no_utf8_is_found_as_it_is_written_out() -> None:
    find = index_names([track_name("music/caf\udce9.mp3"), track_name("music/cafe.mp3")])
    assert list(find(track_name("caf\\xe9.mp3"))) == [0]
    assert list(find(track_name("caf\udce9.mp3"))) == [0]
