"""Lists of beats are read as people write them, or refused with the line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.evaluation.readers.times import downbeats_of, read_beat_times, times_of


def written(folder: Path, text: str) -> Path:
    path = folder / "a.beats.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_one_time_a_line(tmp_path: Path) -> None:
    read = read_beat_times(written(tmp_path, "0.5\n1.0\n1.5"))
    assert read.beats_s.tolist() == [0.5, 1.0, 1.5]
    assert read.downbeats_s is None


@pytest.mark.parametrize("separator", [" ", "\t", ",", " , ", "   "])
def test_positions_stand_behind_the_time(tmp_path: Path, separator: str) -> None:
    lines = [f"{time}{separator}{place}" for time, place in ((0.25, 4), (0.75, 1), (1.25, 2))]
    read = read_beat_times(written(tmp_path, "\n".join(lines)))
    assert read.beats_s.tolist() == [0.25, 0.75, 1.25]
    assert read.downbeats_s is not None
    assert read.downbeats_s.tolist() == [0.75]


def test_a_third_column_is_passed_over(tmp_path: Path) -> None:
    read = read_beat_times(written(tmp_path, "0.0\t1\t1\n0.5\t2\t1\n1.0\t1\t2\n"))
    assert read.downbeats_s is not None
    assert read.downbeats_s.tolist() == [0.0, 1.0]


def test_positions_that_are_all_unknown_say_nothing(tmp_path: Path) -> None:
    assert read_beat_times(written(tmp_path, "0.5 0\n1.0 0\n")).downbeats_s is None


def test_positions_without_a_one_are_no_downbeats(tmp_path: Path) -> None:
    downbeats_s = read_beat_times(written(tmp_path, "0.5 2\n1.0 3\n")).downbeats_s
    assert downbeats_s is not None
    assert downbeats_s.tolist() == []


def test_comments_empty_lines_and_windows_line_ends(tmp_path: Path) -> None:
    text = "\ufeff# beats\r\n\r\n0.5 # the first\r\n1\r\n"
    assert read_beat_times(written(tmp_path, text)).beats_s.tolist() == [0.5, 1.0]


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n"])
def test_a_file_without_lines_has_no_beats(tmp_path: Path, text: str) -> None:
    assert read_beat_times(written(tmp_path, text)).beats_s.tolist() == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.5\n0.4\n", r"a\.beats\.txt, line 2: time must increase; 0\.4 s comes after 0\.5 s"),
        ("0.5\n\n0.5\n", r"line 3: time must increase"),
        ("-0.1\n", r"line 1: time '-0\.1' is negative"),
        ("0.5\nabc\n", r"line 2: time 'abc' is no number"),
        ("0.5\nnan\n", r"line 2: time 'nan' is not finite"),
        ("0.5\ninf\n", r"line 2: time 'inf' is not finite"),
        ("0.5\n1e999\n", r"line 2: time '1e999' is not finite"),
        ("1_0\n", r"line 1: time '1_0' is no number"),
        ("0.5 1\n1.0\n", r"line 2: has no position"),
        ("0.5 1.5\n", r"line 1: position '1\.5' is no place in a bar"),
        ("0.5 -1\n", r"line 1: position '-1' is no place in a bar"),
        ("0.5\0\n", r"line 1: holds a NUL"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_beat_times(written(tmp_path, text))


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"0.5\n\xff\xfe\n")
    with pytest.raises(InputError, match=r"a\.txt, line 2: is not UTF-8"):
        read_beat_times(path)


def test_utf_16_is_read_where_it_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("0.5\n1.0\n".encode("utf-16"))
    assert read_beat_times(path).beats_s.tolist() == [0.5, 1.0]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.txt: cannot be read: no such file"):
        read_beat_times(tmp_path / "gone.txt")


@given(st.lists(st.integers(1, 10**6), unique=True, max_size=40).map(sorted), st.booleans())
def test_what_is_written_is_read_again(milliseconds: list[int], with_positions: bool) -> None:
    from tempfile import TemporaryDirectory

    times = [value / 1000 for value in milliseconds]
    lines = [f"{time!r} {index % 4 + 1}" if with_positions else repr(time) for index, time in enumerate(times)]
    with TemporaryDirectory() as folder:
        read = read_beat_times(written(Path(folder), "\n".join(lines)))
    assert read.beats_s.tolist() == times
    if with_positions and times:
        assert read.downbeats_s is not None
        assert read.downbeats_s.tolist() == times[::4]


def test_lists_of_numbers_of_any_kind_are_times() -> None:
    for values in ([0.5, 1.0, 2.0], [0.5, 1, 2], ["0.5", 1, 2.0]):
        times = times_of(values, "beats_s", "here")
        assert times is not None
        assert times.dtype == np.float64
        assert times.tolist() == [0.5, 1.0, 2.0]
    assert times_of(None, "beats_s", "here") is None
    assert times_of([], "beats_s", "here") is not None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0.5, True], "here: beats_s True is no number"),
        ([0.5, None], "here: beats_s holds None"),
        ([0.5, float("nan")], "here: beats_s nan is not finite"),
        ([0.5, float("inf")], "here: beats_s inf is not finite"),
        ([0.5, 10**400], "is not finite"),
        ([-0.5, 0.5], "here: beats_s -0.5 is negative"),
        ([0.5, 0.5], "here: beats_s must increase"),
        ([[0.5]], r"here: beats_s \[0.5\] is no number"),
        (212, "here: beats_s 212 is no list of times"),
        ("0.5 1.0", "is no list of times"),
        ({"0": 1}, "is no list of times"),
    ],
)
def test_lists_that_are_no_times_are_refused(values: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        times_of(values, "beats_s", "here")


def test_downbeats_are_the_beats_at_position_one() -> None:
    beats_s = np.array([0.5, 1.0, 1.5])
    downbeats_s = downbeats_of(beats_s, [3, "1", None], "beat_positions", "here")
    assert downbeats_s is not None
    assert downbeats_s.tolist() == [1.0]
    assert downbeats_of(beats_s, None, "beat_positions", "here") is None
    assert downbeats_of(beats_s, [0, 0, 0], "beat_positions", "here") is None


def test_as_many_positions_as_beats_are_needed() -> None:
    with pytest.raises(InputError, match="here: 2 beat_positions for 3 beats"):
        downbeats_of(np.array([0.5, 1.0, 1.5]), [1, 2], "beat_positions", "here")
