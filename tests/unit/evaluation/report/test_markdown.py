"""The Markdown is what it looks like, whatever tracks are called; markdown-it (which rich brings) reads it back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from edm.evaluation.metrics import METRICS, Task
from edm.evaluation.report.contents import one_line
from edm.evaluation.report.markdown import code, escape, to_markdown
from tests.unit.evaluation.report.sample import ODD_NAMES, sample

TASKS: list[Task] = list(METRICS)
PARSER = MarkdownIt("commonmark").enable("table")


def inline(markdown: str) -> list[Token]:
    return [token for token in PARSER.parse(markdown) if token.type == "inline"]


def plain(cell: Token) -> str:
    assert {part.type for part in cell.children or []} <= {"text", "code_inline"}
    return "".join(part.content for part in cell.children or [])


def in_a_table(cell: str) -> list[Token]:
    return inline(f"| a | b |\n| --- | --- |\n| {cell} | end |\n")


@given(st.text())
@example("a | b")
@example("&amp; \\ \\| &#124;")
@example("http://x.y/ <https://x.y> [a](b) ![c](d)")
def test_escaped_text_reads_as_itself_in_a_table(text: str) -> None:
    cells = in_a_table(escape(text))
    assert [plain(cell) for cell in cells[:2]] == ["a", "b"]
    assert plain(cells[2]).split() == one_line(text).split()
    assert plain(cells[3]) == "end"


@given(st.text(min_size=1).filter(lambda text: bool(text.strip()) and "\\|" not in one_line(text)))
@example("``")
@example("` | `")
@example("a`")
def test_a_name_in_a_code_span_reads_as_itself_in_a_table(text: str) -> None:
    cells = in_a_table(code(text))
    assert len(cells) == 4
    assert [part.type for part in cells[2].children or []] == ["code_inline"]
    assert plain(cells[2]).split() == one_line(text).split()


def test_a_name_that_no_code_span_can_hold_in_a_table_is_escaped() -> None:
    assert plain(in_a_table(code("a\\|b `c`"))[2]) == "a\\|b `c`"


def test_no_name_is_a_dash() -> None:
    assert code("") == "–"


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("tracks", "perfect"), [(0, False), (1, False), (60, False), (60, True)])
def test_every_table_of_a_report_is_whole(task: Task, tracks: int, perfect: bool) -> None:
    tokens = PARSER.parse(to_markdown(sample(task, tracks=tracks, perfect=perfect)))
    width, cells = 0, 0
    for token in tokens:
        if token.type == "tr_open":
            cells = 0
        elif token.type in ("th_open", "td_open"):
            cells += 1
        elif token.type == "thead_close":
            width = cells
        elif token.type == "tr_close":
            assert cells == width or width == 0
        elif token.type == "table_close":
            width = 0
    # A row that is broken by a name would be a paragraph with pipes.
    paragraphs = [tokens[i + 1] for i, token in enumerate(tokens) if token.type == "paragraph_open"]
    assert not [text.content for text in paragraphs if text.content.startswith("|")]


@pytest.mark.parametrize("task", TASKS)
def test_nothing_in_a_report_is_html_or_a_link(task: Task) -> None:
    tokens = PARSER.parse(to_markdown(sample(task)))
    types = {part.type for token in tokens for part in [token, *(token.children or [])]}
    assert not {kind for kind in types if "html" in kind or "link" in kind or "image" in kind}


@pytest.mark.parametrize("task", TASKS)
def test_every_metric_has_a_row_with_its_key(task: Task) -> None:
    text = to_markdown(sample(task))
    assert all(f"| `{key}` |" in text for key in METRICS[task])


def test_failed_and_unmatched_tracks_are_listed_with_their_reasons() -> None:
    lines = to_markdown(sample("bpm")).splitlines()
    failed = next(line for line in lines if "DecodeError" in line)
    assert failed.startswith(f"| {code(ODD_NAMES[3])} | failed |")
    assert "\\<no\\> decoder \\| takes it" in failed
    assert "| `<img src=x>.wav` | manifest.csv, row 61 | no such file |" in lines
    assert "## Not matched: 2" in lines


def test_the_worst_tracks_come_with_alternatives_and_confidence() -> None:
    document = sample("bpm")
    text = to_markdown(document)
    start = text.index("## Worst 20 tracks")
    block = text[start:].split("\n\n")[1].splitlines()
    assert len(block) == 2 + 20
    wrong = next(row for row in document["tracks"] if row["accuracy2"] == 0 and row["alternatives"])
    line = next(line for line in block if line.startswith(f"| {code(wrong['path'])} |"))
    assert f"{wrong['estimate_bpm']:.3f}" in line
    assert f"{wrong['alternatives'][0]['bpm']:.3f} (0.25)" in line


def test_long_lists_are_cut_and_say_so() -> None:
    document = sample("bpm")
    entry: dict[str, Any] = {"path": "a.wav", "origin": "x.csv, row 2", "reason": "no such file"}
    document["matching"] = {**document["matching"], "unmatched": [entry] * 250}
    text = to_markdown(document)
    assert "## Not matched: 250" in text
    assert "50 more are in results.json." in text
    assert text.count("x.csv, row 2") == 200


def test_without_confidences_there_is_no_calibration_and_the_report_says_so() -> None:
    assert "No estimate came with a confidence." in to_markdown({**sample("bpm"), "calibration": None})


def test_a_report_ends_with_one_newline_and_has_no_blank_runs() -> None:
    text = to_markdown(sample("beats"))
    assert text.endswith("|\n")
    assert "\n\n\n" not in text
