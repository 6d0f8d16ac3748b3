"""References find their audio and their estimates, and never somebody else's."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.matching import Found, Pair, Unmatched, find_audio, pair_estimates


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def said(path: str, folder: Path = Path("/refs"), *, stem: bool = False, origin: str = "") -> Annotation:
    return Annotation(path, origin or f"row of {path}", folder, named_by_stem=stem)


def audio_of(found: Sequence[Found], root: Path) -> dict[str, str]:
    return {one.annotation.path: one.audio.relative_to(root).as_posix() for one in found}


def estimates_of(pairs: Sequence[Pair]) -> dict[str, str | None]:
    return {pair.reference.path: pair.estimate.path if pair.estimate else None for pair in pairs}


def test_audio_is_looked_for_as_it_is_then_beside_the_reference_then_in_the_source_then_by_name(tmp_path: Path) -> None:
    touch(tmp_path, "far/abs.mp3", "refs/audio/a.mp3", "music/audio/a.mp3", "music/audio/b.mp3", "music/deep/er/c.mp3")
    rows = [
        said(str(tmp_path / "far" / "abs.mp3"), tmp_path / "refs"),
        said("audio/a.mp3", tmp_path / "refs"),
        said("audio/b.mp3", tmp_path / "refs"),
        said("audio/c.mp3", tmp_path / "refs"),
        said("audio/d.mp3", tmp_path / "refs"),
    ]
    found, unmatched = find_audio(rows, tmp_path / "music")
    assert [one.audio.relative_to(tmp_path).as_posix() for one in found] == [
        "far/abs.mp3",
        "refs/audio/a.mp3",
        "music/audio/b.mp3",
        "music/deep/er/c.mp3",
    ]
    reason = f"no file of this name below {tmp_path / 'music'}"
    assert unmatched == [Unmatched("audio/d.mp3", "row of audio/d.mp3", reason)]


def test_without_a_source_no_folder_is_searched(tmp_path: Path) -> None:
    touch(tmp_path, "refs/a.mp3", "refs/deep/b.mp3")
    found, unmatched = find_audio([said("a.mp3", tmp_path / "refs"), said("b.mp3", tmp_path / "refs")], None)
    assert audio_of(found, tmp_path) == {"a.mp3": "refs/a.mp3"}
    assert [one.reason for one in unmatched] == [f"no such file in {tmp_path / 'refs'}, and no source folder is given"]


def test_names_match_in_every_unicode_form_and_case(tmp_path: Path) -> None:
    composed, decomposed = normalize("NFC", "é/Ünder.mp3"), normalize("NFD", "é/Ünder.mp3")
    touch(tmp_path, f"music/{decomposed}", "music/LOUD.MP3", f"refs/{normalize('NFD', 'ö.mp3')}")
    rows = [said(composed), said("loud.mp3"), said(normalize("NFC", "ö.mp3"), tmp_path / "refs")]
    found, unmatched = find_audio(rows, tmp_path / "music")
    assert unmatched == []
    assert [one.audio.name for one in found] == [
        Path(decomposed).name,
        "LOUD.MP3",
        normalize("NFD", "ö.mp3"),
    ]


def test_a_name_that_is_not_unique_is_told_with_the_files(tmp_path: Path) -> None:
    touch(tmp_path, *(f"{folder}/a.mp3" for folder in "wxyz"))
    found, (unmatched,) = find_audio([said("a.mp3")], tmp_path)
    assert found == []
    listed = ", ".join(str(tmp_path / folder / "a.mp3") for folder in "wxy")
    assert unmatched.reason == f"4 files of this name below {tmp_path}: {listed}, …"


def test_folders_decide_between_equal_names(tmp_path: Path) -> None:
    touch(tmp_path, "A/01.mp3", "B/01.mp3")
    rows = [said("/old/drive/B/01.mp3"), said("C:\\Music\\A\\01.mp3"), said("//nas/C/01.mp3")]
    found, (unmatched,) = find_audio(rows, tmp_path)
    assert audio_of(found, tmp_path) == {"/old/drive/B/01.mp3": "B/01.mp3", "C:\\Music\\A\\01.mp3": "A/01.mp3"}
    assert unmatched.reason.startswith("2 files of this name")


def test_backslashes_of_a_table_from_windows_are_folders(tmp_path: Path) -> None:
    touch(tmp_path, "audio/a.mp3")
    found, _ = find_audio([said("audio\\a.mp3", tmp_path)], None)
    assert found[0].audio.name == "a.mp3"


def test_a_stem_finds_its_track_beside_and_below(tmp_path: Path) -> None:
    touch(tmp_path, "ann/x.mp3", "ann/x.bpm", "ann/y.bpm", "music/deep/y.LOFI.flac", "music/z.mp3", "music/z.wav")
    rows = [said(name, tmp_path / "ann", stem=True) for name in ("x", "y.LOFI", "z")]
    found, (unmatched,) = find_audio(rows, tmp_path / "music")
    assert audio_of(found, tmp_path) == {"x": "ann/x.mp3", "y.LOFI": "music/deep/y.LOFI.flac"}
    assert unmatched.reason.startswith("2 files of this name below")


def test_of_two_that_lead_to_one_file_the_one_that_names_its_place_has_it(tmp_path: Path) -> None:
    touch(tmp_path, "new/a.mp3")
    found, (unmatched,) = find_audio([said("old/a.mp3"), said("new/a.mp3")], tmp_path)
    assert audio_of(found, tmp_path) == {"new/a.mp3": "new/a.mp3"}
    assert unmatched.reason == f"leads to the same file as row of new/a.mp3: {tmp_path / 'new' / 'a.mp3'}"


def test_of_two_as_good_neither_has_the_file(tmp_path: Path) -> None:
    touch(tmp_path, "new/a.mp3")
    for rows in ([said("x/a.mp3"), said("y/a.mp3")], [said("new/a.mp3"), said("./new/a.mp3")]):
        found, unmatched = find_audio(rows, tmp_path)
        assert found == []
        assert [one.reason.split(":")[0] for one in unmatched] == [
            f"leads to the same file as {other.origin}" for other in reversed(rows)
        ]


def test_a_source_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        find_audio([], tmp_path / "gone")


@pytest.mark.parametrize("path", ["x" * 5000 + ".mp3", "\ud800.mp3", "a\nb.mp3", "..", "/", ".", "~"])
def test_odd_paths_are_told_and_break_nothing(tmp_path: Path, path: str) -> None:
    touch(tmp_path, "a.mp3")
    for source in (tmp_path, None):
        found, unmatched = find_audio([said(path, tmp_path)], source)
        assert (len(found), len(unmatched)) == (0, 1)
    assert estimates_of(pair_estimates([said(path)], [said(path)], None)[0]) == {path: path}


def test_estimates_are_paired_by_place() -> None:
    references = [said("audio/a.mp3", Path("/data")), said("/m/b.mp3"), said("c.mp3", Path("/data"))]
    estimates = [said("/data/audio/a.mp3", Path("/e")), said("/x/audio/a.mp3", Path("/e")), said("b.mp3", Path("/m"))]
    estimates += [said("/music/c.mp3", Path("/e")), said("/other/c.mp3", Path("/e"))]
    pairs, unused = pair_estimates(references, estimates, Path("/music"))
    assert estimates_of(pairs) == {"audio/a.mp3": "/data/audio/a.mp3", "/m/b.mp3": "b.mp3", "c.mp3": "/music/c.mp3"}
    assert [one.path for one in unused] == ["/x/audio/a.mp3", "/other/c.mp3"]
    assert unused[0].reason == "another estimate fits row of audio/a.mp3 as well or better"


def test_estimates_are_paired_by_relative_path_and_by_name() -> None:
    references = [said("A/01.mp3"), said("B/01.mp3"), said("/old/C/x.mp3"), said("y.mp3")]
    estimates = [said(path, Path("/est")) for path in ("/n/C/x.mp3", "./B/01.mp3", "A/01.mp3", "z.mp3")]
    pairs, unused = pair_estimates(references, estimates, None)
    assert estimates_of(pairs) == {
        "A/01.mp3": "A/01.mp3",
        "B/01.mp3": "./B/01.mp3",
        "/old/C/x.mp3": "/n/C/x.mp3",
        "y.mp3": None,
    }
    assert unused == [Unmatched("z.mp3", "row of z.mp3", "no reference has this name")]


def test_nothing_is_paired_because_it_is_left_over() -> None:
    references = [said("A/01.mp3"), said("B/01.mp3")]
    pairs, unused = pair_estimates(references, [said("A/01.mp3"), said("C/01.mp3")], None)
    assert estimates_of(pairs) == {"A/01.mp3": "A/01.mp3", "B/01.mp3": None}
    assert unused[0].reason == "2 references have this name: row of A/01.mp3, row of B/01.mp3"


def test_an_estimate_that_has_its_place_is_not_taken_by_name() -> None:
    references = [said("/d/a.mp3"), said("q/../a.mp3", Path("/other"))]
    pairs, _ = pair_estimates(references, [said("/d/q/../a.mp3")], None)
    assert estimates_of(pairs) == {"/d/a.mp3": "/d/q/../a.mp3", "q/../a.mp3": None}


def test_a_collection_from_windows_is_paired_with_paths_of_here() -> None:
    references = [said("C:/Music/A/01.mp3"), said("C:/Music/B/01.mp3")]
    pairs, _ = pair_estimates(references, [said("/mnt/Music/B/01.mp3"), said("/mnt/Music/A/01.mp3")], None)
    assert estimates_of(pairs) == {
        "C:/Music/A/01.mp3": "/mnt/Music/A/01.mp3",
        "C:/Music/B/01.mp3": "/mnt/Music/B/01.mp3",
    }


def test_stems_are_paired_with_names_from_either_side() -> None:
    stems = [said("1030011.LOFI", stem=True), said("é", stem=True)]
    names = [said("/m/1030011.LOFI.mp3"), said(normalize("NFD", "/m/é.flac"))]
    assert all(pair.estimate for pair in pair_estimates(stems, names, None)[0])
    assert all(pair.estimate for pair in pair_estimates(names, stems, None)[0])
    assert all(pair.estimate for pair in pair_estimates(stems, stems, None)[0])


NAMES = st.lists(
    st.tuples(
        st.sampled_from(["", "A/", "B/", "/m/A/", "/m/B/", "C:\\A\\", "é/"]),
        st.sampled_from(["a", "b", "B", "é", "c.d"]),
        st.sampled_from([".mp3", ".wav", None]),
    ),
    unique=True,
    max_size=12,
).map(
    lambda rows: [
        said(folder + name + (suffix or ""), stem=suffix is None, origin=str(index))
        for index, (folder, name, suffix) in enumerate(rows)
    ]
)
FORMS = st.sampled_from(["NFC", "NFD"])


@given(NAMES, NAMES, st.sampled_from([None, Path("/m"), Path("/refs")]), st.integers(0, 99))
def test_order_decides_nothing_and_nothing_is_used_twice_or_lost(
    references: list[Annotation], estimates: list[Annotation], source: Path | None, seed: int
) -> None:
    pairs, unused = pair_estimates(references, estimates, source)
    used = [pair.estimate.origin for pair in pairs if pair.estimate]
    assert [pair.reference for pair in pairs] == references
    assert sorted([*used, *(one.origin for one in unused)]) == sorted(one.origin for one in estimates)
    shuffled = [random.Random(seed).sample(side, len(side)) for side in (references, estimates)]
    again, _ = pair_estimates(*shuffled, source)
    assert {(pair.reference.origin, pair.estimate and pair.estimate.origin) for pair in pairs} == {
        (pair.reference.origin, pair.estimate and pair.estimate.origin) for pair in again
    }


@given(NAMES, st.sampled_from(["/other/disk", "D:\\Musik", "relative"]), FORMS, st.integers(0, 99))
def test_a_library_that_moved_as_a_whole_is_found_as_a_whole(
    references: list[Annotation], root: str, form: str, seed: int
) -> None:
    # Of one library: no drives, and every path once, in whatever case it is read.
    library = {
        one.path.strip("/").casefold(): one for one in references if ":" not in one.path and not one.named_by_stem
    }
    kept = list(library.values())
    moved = [replace(one, path=f"{root}/{normalize(form, one.path.strip('/'))}", folder=Path("/est")) for one in kept]
    pairs, unused = pair_estimates(kept, random.Random(seed).sample(moved, len(moved)), None)
    ambiguous = {one.path for one in kept} - {one.path for one in kept if not shorter_twin(one, kept)}
    assert all(pair.estimate is None or pair.estimate.origin == pair.reference.origin for pair in pairs)
    assert all(pair.estimate is not None for pair in pairs if pair.reference.path not in ambiguous)
    assert ambiguous or unused == []


def shorter_twin(one: Annotation, others: Sequence[Annotation]) -> bool:
    """Whether another path ends in all of this one, or this one in all of another: its end does not name it alone."""
    path = f"/{one.path.strip('/')}".casefold()
    ends = [f"/{other.path.strip('/')}".casefold() for other in others if other is not one]
    return any(end.endswith(path) or path.endswith(end) for end in ends)
