"""Names that fit a terminal, and figures that fit a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from edm.model import Failure
from edm.processing.progress import RunStopping
from edm.processing.wording import (
    clean_text,
    failure_line,
    format_rate,
    format_span,
    progress_line,
    shorten,
    stopping_line,
)


def test_the_line_of_a_long_run() -> None:
    line = progress_line(1000, 10000, 0, 1000 / 1.1)
    assert line == "Progress: 1000/10000 (10%) - Rate: 1.1/s - ETA 2.3 h"


def test_the_line_leaves_out_what_is_not_known() -> None:
    assert progress_line(0, 10, 0, 3.0) == "Progress: 0/10 (0%)"
    assert progress_line(4, None, 1, 2.0) == "Progress: 4 - 1 failed - Rate: 2/s"
    assert progress_line(0, 0, 0, 0.0) == "Progress: 0"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (45.4, "45 s"), (99, "99 s"), (100, "2 min"), (5900, "98 min"), (9000, "2.5 h"), (3e5, "3.5 d")],
)
def test_spans_are_for_people(seconds: float, text: str) -> None:
    assert format_span(seconds) == text


@pytest.mark.parametrize(
    ("rate", "text"), [(0.0341, "0.034"), (1.1, "1.1"), (9.96, "10"), (12.3, "12"), (1234, "1234")]
)
def test_rates_keep_two_digits(rate: float, text: str) -> None:
    assert format_rate(rate) == f"{text}/s"


def test_short_names_stay() -> None:
    assert shorten("kick.wav", 8) == "kick.wav"


def test_long_names_lose_their_middle() -> None:
    assert shorten("artist - a very long title.flac", 15) == "artist…le.flac"


def test_wide_characters_count_twice() -> None:
    short = shorten("日本語のとても長い曲名.mp3", 12)
    assert cell_len(short) <= 12
    assert short.endswith("mp3")


@given(st.text(), st.integers(0, 40))
def test_a_shortened_name_always_fits(text: str, width: int) -> None:
    assert cell_len(shorten(clean_text(text), width)) <= width


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\nb\tc", "a\ufffdb\ufffdc"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("caf\udce9.mp3", "caf\ufffd.mp3"),
        ("\u202egnp.exe", "\ufffdgnp.exe"),
        ("[red]x[/red] Ünïcödé 日本 👩\u200d🎤", "[red]x[/red] Ünïcödé 日本 👩\u200d🎤"),
    ],
)
def test_what_steers_a_terminal_is_replaced(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@given(st.text())
def test_cleaned_text_can_be_printed(text: str) -> None:
    assert "\n" not in clean_text(text).encode("utf-8").decode("utf-8")


def broken(message: str, traceback: str | None = None) -> Failure:
    return Failure(0, None, "ValueError", message, None, 0.0, traceback)


def test_a_failure_names_its_track_once() -> None:
    assert failure_line("a.mp3", broken("not audio")) == "failed: a.mp3: not audio"
    assert failure_line("a.mp3", broken("/music/a.mp3: not audio")) == "failed: /music/a.mp3: not audio"


def test_an_unexpected_failure_names_its_type() -> None:
    assert failure_line("a.mp3", broken("oops", "Traceback …")) == "failed: a.mp3: ValueError: oops"


def test_stopping_says_what_a_second_signal_does() -> None:
    assert (
        stopping_line(RunStopping(2, 1, 3.0)) == "stopping: up to 3 s for 1 track in flight; once more to stop at once"
    )
    assert "2 tracks" in stopping_line(RunStopping(2, 2, 3.0))
