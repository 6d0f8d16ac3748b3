"""The reference is what the program says."""

from __future__ import annotations

from pathlib import Path

from edm.cli.reference import reference_markdown

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_is_made_from_the_commands() -> None:
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == reference_markdown(), (
        "run: python -m edm.cli.reference > docs/cli.md"
    )


def test_every_promised_option_is_there() -> None:
    page = reference_markdown()
    analyze = page.split("## `edm analyze`")[1].split("\n## ")[0]
    for flag in (
        "--types",
        "--format",
        "--output",
        "--workers",
        "--detector",
        "--timeout",
        "--min-bpm",
        "--max-bpm",
        "--ignore-metadata",
        "--prefer-tags",
        "--limit",
        "--from-file",
        "-0",
        "--progress",
        "-q",
        "--dry-run",
    ):
        assert f"`{flag}`" in analyze
    for command in ("demo", "doctor", "models list", "models fetch", "models verify", "config show", "config init"):
        assert f"## `edm {command}`" in page
