"""What a run looks like: on a terminal, in a pipe, to a program."""

from __future__ import annotations

import io
import json
import threading
import time

import pytest
from rich.console import Console

from edm.errors import InputError
from edm.model import Failure, Success
from edm.processing import display
from edm.processing.board import Board
from edm.processing.display import make_listener
from edm.processing.progress import (
    Event,
    ItemFinished,
    ItemStarted,
    RunFinished,
    RunStarted,
    RunStopping,
    RunWarning,
    StepStarted,
)

LONG = "Artist - A Title That Is Longer Than Anybody Would Want It To Be (Extended Mix) [red].flac"
EVIL = "evil\x1b[31m\nname\udce9.ogg"

STORY: list[Event] = [
    RunStarted(3, 2, "pool"),
    RunWarning("3 workers share 2 cores"),
    ItemStarted(0, "[red]a.mp3", 0),
    ItemStarted(1, EVIL, 1),
    StepStarted(0, "beats", 0),
    ItemFinished(Success(0, "a", 1, 0.25), "[red]a.mp3", 0),
    ItemFinished(Failure(1, "b", "DecodeError", "not [bold]audio", "look", 0.5), EVIL, 1),
    RunStopping(2, 1, 3.0),
    RunFinished(2, 1, 1.5, 2),
]


def terminal(width: int = 80, **options: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=width, height=24, legacy_windows=False, **options)  # type: ignore[arg-type]


def pipe() -> Console:
    return Console(file=io.StringIO(), force_terminal=False)


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def drawn(board: Board, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=24, force_terminal=False, color_system=None)
    console.print(board.__rich__())
    return shown(console).splitlines()


def test_in_a_pipe_there_are_plain_lines() -> None:
    console = pipe()
    listener = make_listener("auto", console=console)
    for event in STORY:
        listener(event)
    lines = shown(console).splitlines()
    assert lines[:3] == [
        "warning: 3 workers share 2 cores",
        "failed: evil\ufffd[31m\ufffdname\ufffd.ogg: not [bold]audio",
        "stopping: up to 3 s for 1 track in flight; once more to stop at once",
    ]
    assert lines[3].startswith("Progress: 2/3 (66%) - 1 failed - Rate: ")
    assert len(lines) == 4


def test_plain_lines_come_without_events_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "PLAIN_EVERY_S", 0.02)
    console = pipe()
    listener = make_listener("plain", console=console)
    listener(RunStarted(10, 1, "sequential"))
    limit = time.monotonic() + 5
    while shown(console).count("\n") < 2 and time.monotonic() < limit:
        time.sleep(0.01)
    listener(RunFinished(0, 0, 0.1))
    assert shown(console).startswith("Progress: 0/10 (0%)\nProgress: 0/10 (0%)\n")


def test_plain_lines_stop_with_the_run() -> None:
    listener = make_listener("plain", console=pipe())
    for event in STORY:
        listener(event)
    for thread in threading.enumerate():
        if thread.name == "edm-plain-progress":
            thread.join(timeout=2)
    assert "edm-plain-progress" not in [thread.name for thread in threading.enumerate()]


def test_a_program_gets_one_object_a_line() -> None:
    console = terminal()
    listener = make_listener("json", console=console)
    for event in STORY:
        listener(event)
    assert shown(console).isascii()
    objects = [json.loads(line) for line in shown(console).splitlines()]
    assert [entry["event"] for entry in objects] == [
        "run_started",
        "run_warning",
        "item_started",
        "item_started",
        "step_started",
        "item_finished",
        "item_finished",
        "run_stopping",
        "run_finished",
    ]
    assert objects[3]["label"] == EVIL
    assert objects[5] == {
        "event": "item_finished",
        "index": 0,
        "label": "[red]a.mp3",
        "worker": 0,
        "status": "ok",
        "elapsed_s": 0.25,
        "error": None,
    }
    assert objects[6]["error"] == {"type": "DecodeError", "message": "not [bold]audio", "hint": "look"}


@pytest.mark.parametrize("silent", [{"mode": "none"}, {"mode": "auto", "quiet": True}, {"mode": "json", "quiet": True}])
def test_nothing_is_shown_when_nothing_is_wanted(silent: dict[str, object]) -> None:
    console = terminal()
    listener = make_listener(console=console, **silent)  # type: ignore[arg-type]
    for event in STORY:
        listener(event)
    assert shown(console) == ""


def test_an_unknown_mode_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError) as caught:
        make_listener("fancy")  # type: ignore[arg-type]
    assert caught.value.hint == "one of: auto, plain, json, none"


def test_a_terminal_gets_a_board() -> None:
    assert isinstance(make_listener("auto", console=terminal()), Board)


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert not isinstance(make_listener("auto", console=terminal()), Board)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_board_fits_its_terminal(width: int) -> None:
    board = Board(Console(file=io.StringIO(), width=width, height=24, force_terminal=False))
    for event in [
        RunStarted(100, 2, "pool"),
        ItemStarted(0, LONG, 0),
        ItemStarted(1, EVIL, 1),
        StepStarted(0, "beats", 0),
    ]:
        board(event)
    lines = drawn(board, width)
    board(RunFinished(0, 0, 1.0))
    assert len(lines) == 3
    assert all(len(line.rstrip()) <= width - 4 for line in lines)
    assert "0/100" in lines[0]
    assert lines[1].startswith("  Artist")
    assert lines[1].split()[-3:] == ["beats", "0", "s"]
    assert ".flac  " in lines[1]
    assert "evil\ufffd" in lines[2]


def test_the_board_shows_names_as_they_are() -> None:
    board = Board(pipe())
    board(RunStarted(None, 1, "pool"))
    board(ItemStarted(0, "[red]a[/red].mp3", 0))
    lines = drawn(board)
    board(RunFinished(0, 0, 1.0))
    assert "[red]a[/red].mp3" in lines[1]


def test_the_board_forgets_tracks_that_are_done() -> None:
    board = Board(pipe())
    for event in STORY[:-1]:
        board(event)
    lines = drawn(board)
    board(STORY[-1])
    assert len(lines) == 1
    assert "stopping  2/3  1 failed" in lines[0]


def test_many_workers_do_not_fill_the_screen() -> None:
    board = Board(Console(file=io.StringIO(), width=80, height=10, force_terminal=False))
    board(RunStarted(100, 50, "pool"))
    for worker in range(50):
        board(ItemStarted(worker, f"{worker}.mp3", worker))
    lines = drawn(board)
    board(RunFinished(0, 0, 1.0))
    assert len(lines) == 8
    assert lines[-1] == "  … and 44 more workers"


def test_failures_stay_above_the_board() -> None:
    console = terminal()
    board = Board(console)
    for event in STORY:
        board(event)
    assert "failed: evil\ufffd[31m\ufffdname\ufffd.ogg: not [bold]audio" in shown(console)
    assert shown(console).endswith("\x1b[?25h") or "\x1b[?25h" in shown(console)  # the cursor is back


def test_no_color_means_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    console = terminal()
    board = Board(console)
    for event in STORY:
        board(event)
    assert "\x1b[31m" not in shown(console)
    assert "\x1b[36m" not in shown(console)


def test_data_on_stdout_passes_the_board_by(capsys: pytest.CaptureFixture[str]) -> None:
    board = Board(terminal())
    board(RunStarted(1, 1, "sequential"))
    print('{"bpm": 128}')
    board(RunFinished(0, 0, 1.0))
    assert capsys.readouterr().out == '{"bpm": 128}\n'


def test_ten_thousand_events_cost_little() -> None:
    board = Board(terminal())
    board(RunStarted(10_000, 4, "pool"))
    began = time.process_time()
    for index in range(10_000):
        board(ItemStarted(index, LONG, index % 4))
        board(StepStarted(index, "beats", index % 4))
        board(ItemFinished(Success(index, None, None, 1.0), LONG, index % 4))
    took_s = time.process_time() - began
    board(RunFinished(10_000, 0, 1.0))
    assert took_s < 2.0  # 0.2 ms a track
