"""``edm report``, ``edm plot`` and ``edm show`` as programs."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests import sounds
from tests.integration import cli_program

edm = partial(cli_program.edm, own_cache=False)
FAST = ("--detector", "flux")


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    sounds.write_audio(folder / "house.wav", sounds.track_at(124.0, 30.0).samples, sounds.RATE)
    sounds.write_audio(folder / "<b>fast & loud.flac", sounds.track_at(174.0, 20.0, "dnb").samples, sounds.RATE)
    return folder


def blocks(html: str) -> list[dict[str, object]]:
    return [json.loads(text) for text in re.findall(r'<script type="application/json" id="t\d+">(.*)</script>', html)]


def test_a_folder_becomes_a_page(music: Path, tmp_path: Path) -> None:
    done = edm("report", music, *FAST, "--workers", "2", "--title", "My <music>", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "wrote " in done.stderr
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<h1>My &lt;music&gt;</h1>" in html
    assert {str(block["name"]) for block in blocks(html)} == {"house.wav", "<b>fast & loud.flac"}
    assert all(block["waveform"] and block["sections"] and block["curve"] for block in blocks(html))
    assert len(html) < 200_000
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_track_that_fails_is_on_the_page_with_its_reason(music: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"nothing of music")
    done = edm("report", music / "house.wav", "broken.wav", *FAST, "-o", "p.html", home=tmp_path)
    assert done.returncode == 3
    html = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "1 failed" in html
    assert len(blocks(html)) == 1


def test_where_all_fail_there_is_a_page_of_reasons(tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"nothing of music")
    done = edm("report", "broken.wav", home=tmp_path)
    assert done.returncode == 1
    assert "not an audio file" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("report",), "no tracks named"),
        (("report", "MUSIC", "-o", "track.mp3"), "should end in"),
        (("report", "MUSIC", "-o", "nowhere/x.html"), "folder does not exist"),
        (("report", "MUSIC", "--types", "colour"), "unknown type"),
        (("plot", "MUSIC/house.wav", "-o", "x.jpg"), "should end in"),
        (("plot", "MUSIC/house.wav", "-o", "x.png", "--size", "big"), "is no size"),
        (("plot", "MUSIC/house.wav", "-o", "x.png", "--size", "90000x90000"), "too large"),
        (("plot", "MUSIC/house.wav", "-o", "x.png", "--size", "10x10"), "too small"),
        (("plot", "MUSIC/house.wav", "-o", "x.png", "--theme", "neon"), "no theme"),
        (("show", "MUSIC/house.wav", "--format", "xml"), "no format"),
    ],
)
def test_wrong_usage_is_told_before_any_work(music: Path, tmp_path: Path, args: tuple[str, ...], said: str) -> None:
    done = edm(*(arg.replace("MUSIC", str(music)) for arg in args), home=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert list(tmp_path.glob("*.*")) == []


def test_a_dry_run_writes_nothing(music: Path, tmp_path: Path) -> None:
    done = edm("report", music, "--dry-run", home=tmp_path)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2
    assert edm("plot", music / "house.wav", "-o", "x.svg", "--dry-run", home=tmp_path).returncode == 0
    assert list(tmp_path.glob("*.*")) == []


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupted_run_leaves_a_page_of_what_was_done(music: Path, tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number}.wav").hardlink_to(music / "house.wav")
    running = subprocess.Popen(
        [*cli_program.COMMAND, "report", str(tmp_path), *FAST, "-o", "p.html", "--workers", "1", "--progress", "json"],
        cwd=tmp_path,
        env=cli_program.clean_environment(tmp_path, own_cache=False),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    for line in running.stderr:
        if '"item_finished"' in line:
            break
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 130
    html = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "The run was interrupted" in html
    assert 0 < len(blocks(html)) < 300


def test_one_track_becomes_a_picture(music: Path, tmp_path: Path) -> None:
    done = edm("plot", music / "house.wav", "-o", "t.png", "--size", "800x300", *FAST, home=tmp_path)
    assert done.returncode == 0, done.stderr
    png = (tmp_path / "t.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (800, 300)
    done = edm(
        "plot", music / "house.wav", "-o", "t.svg", "--theme", "dark", "--key-notation", "camelot", *FAST, home=tmp_path
    )
    assert done.returncode == 0, done.stderr
    svg = (tmp_path / "t.svg").read_text(encoding="utf-8")
    assert "house.wav" in svg
    assert re.search(r" · \d{1,2}[AB] · ", svg)


def test_a_track_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"nothing of music")
    for command in (("plot", "broken.wav", "-o", "x.png"), ("show", "broken.wav")):
        done = edm(*command, home=tmp_path)
        assert done.returncode == 1
        assert done.stderr.startswith("error: ")
    assert not (tmp_path / "x.png").exists()


def test_a_track_is_shown_in_lines_without_colour_where_nobody_looks(music: Path, tmp_path: Path) -> None:
    done = edm("show", music / "house.wav", *FAST, home=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "house.wav"
    assert lines[1].startswith("124.0")
    assert lines[2].startswith("│")
    assert lines[-1].split()[0] == "1"
    assert "\x1b" not in done.stdout
    assert max(map(len, lines)) <= 80


def test_one_track_is_drawn_with_all_there_is_whatever_the_settings(music: Path, tmp_path: Path) -> None:
    few = {"EDM_ANALYSIS__TYPES": "bpm"}
    shown = edm("show", music / "house.wav", *FAST, home=tmp_path, env=few)
    assert " LUFS " in shown.stdout
    assert "│" in shown.stdout
    assert edm("plot", music / "house.wav", "-o", "t.svg", *FAST, home=tmp_path, env=few).returncode == 0
    assert "energy" in (tmp_path / "t.svg").read_text(encoding="utf-8")


def test_the_record_of_a_track_is_that_of_analyze(music: Path, tmp_path: Path) -> None:
    shown = json.loads(edm("show", music / "house.wav", "--format", "json", *FAST, home=tmp_path).stdout)
    analysed = json.loads(edm("analyze", music / "house.wav", "--format", "jsonl", *FAST, home=tmp_path).stdout)
    del shown["elapsed_s"], analysed["elapsed_s"]
    assert shown == analysed


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("env", "coloured", "blocks_drawn"),
    [
        ({"TERM": "xterm-256color"}, True, True),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False, True),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "xterm-256color", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}, True, False),
    ],
)
def test_a_terminal_gets_what_it_can_show(
    music: Path, tmp_path: Path, env: dict[str, str], coloured: bool, blocks_drawn: bool
) -> None:
    said = on_a_terminal(["show", str(music / "house.wav"), *FAST], tmp_path, env, columns=60)
    assert ("\x1b[" in said and "38;5;" in said) == coloured
    assert ("█" in said) == blocks_drawn
    assert ("#" in said) != blocks_drawn
    plain = re.sub(r"\x1b\[[0-9;]*m", "", said).splitlines()
    assert max(map(len, plain)) <= 60


def on_a_terminal(args: list[str], home: Path, env: dict[str, str], *, columns: int) -> str:
    """What the program writes on a terminal of so many columns."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = cli_program.clean_environment(home, env, own_cache=False)
    for name in ("COLUMNS", "COLORTERM", "FORCE_COLOR"):
        environment.pop(name, None)
    running = subprocess.Popen(
        [*cli_program.COMMAND, *args], cwd=home, env=environment, stdout=theirs, stderr=subprocess.DEVNULL
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            read = os.read(ours, 65536)
        except OSError:
            break
        if not read:
            break
        said += read
    os.close(ours)
    assert running.wait(timeout=60) == 0
    return said.decode("utf-8")
