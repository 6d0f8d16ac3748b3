"""The folder of a run: complete under its name or not there at all, and ``latest`` beside it.

::

    OUTPUT/2026-01-31T12-00-00-bpm-network/   results.json, report.md, report.html
    OUTPUT/latest                             a link to the newest, or a copy of it where links cannot be made

Everything is written into a hidden folder first, which then takes the name in one step; runs that end at the same time
get names of their own. A killed run may leave its hidden folder behind, never a half one that looks whole.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edm.atomic import sync_folder
from edm.errors import InputError

__all__ = ["FILES", "LATEST", "check_output", "run_name", "to_json", "write_run"]

FILES = ("results.json", "report.md", "report.html")
LATEST = "latest"

# Another run may put its own `latest` there between our look and our step; each try loses to one that won.
_TRIES = 20
_NAME_LENGTH = 40

Link = Callable[[str, Path], None]
"""Makes a link to a folder (a relative target, its place), or raises OSError."""


def check_output(output: Path) -> None:
    """Make the folder if needed and try to write there, before any work is done for it.

    Raises
    ------
    InputError
        If it cannot be made or written, or holds something called ``latest`` that is none of ours.
    """
    probe = output / f".edm-{secrets.token_hex(6)}"
    with _explained(output):
        output.mkdir(parents=True, exist_ok=True)
        probe.touch(exist_ok=False)
        probe.unlink()
        _check_latest(output)


def run_name(document: Mapping[str, Any]) -> str:
    """Name of a run's folder, from when it started, its task and what it scored ("2026-01-31T12-00-00-bpm-network")."""
    estimates, detector = document["settings"]["estimates"], document["detector"]
    who = Path(str(estimates).replace("\\", "/")).stem if estimates else detector and detector["name"]
    words = re.sub(r"[^\w.]+", "-", who or "").strip("-._")[:_NAME_LENGTH].strip("-._")
    # Seconds are fine enough: runs of the same second are told apart by a number. Colons are not for Windows.
    started = document["run"]["started"][:19].replace(":", "-")
    return "-".join(part for part in (started, document["task"], words) if part)


def write_run(document: Mapping[str, Any], output: Path, *, name: str, link: Link | None = None) -> Path:
    """Write the three files of a run and point ``latest`` to them.

    Parameters
    ----------
    document
        The run; all its numbers finite.
    output
        Folder for runs; made if it is not there.
    name
        Name of the run's folder; where it is taken, ``-2``, ``-3`` … is added.
    link
        How to make a link to a folder; where it raises OSError, ``latest`` becomes a copy.

    Returns
    -------
    Path
        The run's folder.

    Raises
    ------
    InputError
        If the name is none for a folder, or the output cannot be written.
    """
    if name in ("", LATEST) or name.startswith(".") or set(name) & set('/\\:*?"<>|\0'):
        raise InputError(f"{name!r} is no name for the folder of a run", hint="use letters, digits, - and _")
    texts = _texts(document)
    check_output(output)
    with _explained(output), _draft(output) as draft:
        for file, text in texts.items():
            _write(draft / file, text)
        sync_folder(draft)
        folder = _take_name(draft, output, name)
        sync_folder(output)
        _point_latest(folder, _symlink if link is None else link)
        return folder


def to_json(document: Mapping[str, Any]) -> str:
    """``results.json``: a line for each track and each short list, two levels of keys on lines of their own.

    Raises
    ------
    ValueError
        For a number that is not finite: a fault of whoever made the document.
    """
    return _json(document, 0) + "\n"


def _texts(document: Mapping[str, Any]) -> dict[str, str]:
    from edm.evaluation.report.html import to_html
    from edm.evaluation.report.markdown import to_markdown

    texts = (to_json(document), to_markdown(document), to_html(document))
    return dict(zip(FILES, texts, strict=True))


def _json(value: object, depth: int) -> str:
    pad = " " * (depth + 1)
    if isinstance(value, Mapping) and value and depth < 2:
        lines = (f"{pad}{_compact(key)}: {_json(part, depth + 1)}" for key, part in value.items())
        return "{\n" + ",\n".join(lines) + "\n" + pad[1:] + "}"
    if isinstance(value, list | tuple) and any(isinstance(part, Mapping) for part in value):
        return "[\n" + ",\n".join(pad + _compact(part) for part in value) + "\n" + pad[1:] + "]"
    return _compact(value)


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


@contextmanager
def _explained(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        reason = (exc.strerror or str(exc)).lower()
        raise InputError(f"{output} cannot be written: {reason}", hint="choose another folder with --output") from exc


@contextmanager
def _draft(output: Path) -> Iterator[Path]:
    """A hidden folder that is gone afterwards, unless it was given another name."""
    draft = output / f".run-{secrets.token_hex(6)}"
    draft.mkdir()
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    # Half a surrogate (a byte of a name that is not UTF-8) becomes \udcNN, which is also how JSON writes it.
    with path.open("wb") as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))
        stream.flush()
        os.fsync(stream.fileno())


def _take_name(draft: Path, output: Path, name: str) -> Path:
    number = 1
    while True:
        folder = output / (name if number == 1 else f"{name}-{number}")
        if not os.path.lexists(folder):
            try:
                return draft.rename(folder)
            except OSError:
                # A folder that is not empty is never replaced: another run was faster.
                if not os.path.lexists(folder):
                    raise
        number += 1


def _symlink(target: str, place: Path) -> None:
    place.symlink_to(target, target_is_directory=True)


def _check_latest(output: Path) -> None:
    latest = output / LATEST
    try:
        mode = latest.lstat().st_mode
        ours = stat.S_ISLNK(mode) or (stat.S_ISDIR(mode) and {entry.name for entry in latest.iterdir()} <= set(FILES))
    except FileNotFoundError:
        return  # not there, or another run is just replacing it
    if not ours:
        raise InputError(
            f"{latest} is not a report of ours, and would be replaced", hint="move it, or choose another --output"
        )


def _point_latest(folder: Path, link: Link) -> None:
    output = folder.parent
    fresh = output / f".{LATEST}-{secrets.token_hex(6)}"
    try:
        try:
            link(folder.name, fresh)
        except (OSError, NotImplementedError):
            shutil.copytree(folder, fresh)
        for _ in range(_TRIES):
            try:
                fresh.replace(output / LATEST)
            except OSError:
                # A real folder is in the way (a copy of an earlier run), or on Windows a link to one.
                _set_aside(output)
            else:
                return
        fresh.replace(output / LATEST)
    finally:
        if fresh.is_symlink():
            fresh.unlink()
        else:
            shutil.rmtree(fresh, ignore_errors=True)


def _set_aside(output: Path) -> None:
    aside = output / f".{LATEST}-{secrets.token_hex(6)}"
    try:
        _check_latest(output)
        (output / LATEST).rename(aside)
    except FileNotFoundError:
        return  # another run has done so
    if aside.is_symlink():
        aside.unlink()
    else:
        shutil.rmtree(aside, ignore_errors=True)
