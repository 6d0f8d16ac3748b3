"""The reference of all commands, as Markdown, made from the commands themselves.

``python -m edm.cli.reference > docs/cli.md`` writes it; a test holds the two together.
"""

from __future__ import annotations

from typing import Any

__all__ = ["reference_markdown"]

_HEAD = """# The command line

<!-- Made by `python -m edm.cli.reference`; do not edit. -->

Data goes to standard output, everything else to standard error. A flag beats a variable (`EDM_ANALYSIS__DETECTOR`),
which beats `edm.toml`, which beats the default; `edm config show` tells who won.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | the command failed, or every track did |
| 2 | wrong usage, or wrong settings |
| 3 | done, but some tracks failed |
| 4 | `edm evaluate`: a score missed its `--fail-under` |
| 130, 143 | interrupted, terminated; what was done is kept |
| 141 | the reader of the output went away (`edm … \\| head`) |
"""


def reference_markdown() -> str:
    """All commands with their arguments and options, in the order of ``edm --help``."""
    from typer.main import get_command

    from edm.cli.app import app

    return _HEAD + "".join(_sections(get_command(app), "edm"))


def _sections(command: Any, name: str) -> list[str]:
    lines = [f"\n## `{name}`\n\n{command.help.strip()}\n"]
    rows = [row for param in command.params if (row := _row(param))]
    if rows:
        lines.append("\n| | |\n|---|---|\n" + "".join(rows))
    for child, inner in getattr(command, "commands", {}).items():
        lines += _sections(inner, f"{name} {child}")
    return lines


def _row(param: Any) -> str:
    # Added by Typer itself, in words that change with its version.
    if param.name in {"install_completion", "show_completion"}:
        return ""
    if param.param_type_name == "argument":
        shown = f"`{param.metavar or param.name.upper()}`"
    else:
        flags = ", ".join(f"`{flag}`" for flag in (*param.opts, *param.secondary_opts))
        shown = flags if param.is_flag or not param.metavar else f"{flags} `{_escaped(param.metavar)}`"
    return f"| {shown} | {_escaped(param.help or '')} |\n"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    from edm.cli.console import data_stream

    data_stream().write(reference_markdown())
