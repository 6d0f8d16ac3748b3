"""Sections of a track as files have them: rows of a table, lists in JSON, or a text file with one a line.

A section begins and ends in seconds, or in bars (counted from 1, both included); it may have a label and an energy. One
without an end lasts until the next, the last one until the end of the track. Sections are in order of time and do not
overlap; gaps are allowed.

A line of a file is start, end and label, or start and label, apart by tabs, or else by commas, or else by blanks. A
last line with nothing but a start, or labelled ``end``, says where the track ends. Empty lines, a header and lines that
begin with ``#`` are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from edm.errors import InputError
from edm.evaluation.annotation import AnnotatedSection, EnergyCurve
from edm.evaluation.readers.text import read_text
from edm.evaluation.readers.times import times_of
from edm.evaluation.readers.values import as_text, parse_number, parse_share, shown
from edm.model import TimeArray

__all__ = ["SECTION_NAMES", "checked_sections", "drops_of", "energy_of", "read_sections", "section_of", "sections_of"]

SECTION_NAMES: dict[str, tuple[str, ...]] = {
    "start_s": ("start_s", "start"),
    "end_s": ("end_s", "end"),
    "start_bar": ("start_bar",),
    "end_bar": ("end_bar",),
    "label": ("label",),
    "section_energy": ("energy",),
}
"""What a row or an object may say of a section, and the names of it, the better ones first."""

_PLACES = ("start_s", "end_s", "start_bar", "end_bar")
# Rounding of files: sections that overlap by less do not.
_ROUNDING_S = 0.011
_MOST_BARS = 100_000


def section_of(said: Mapping[str, tuple[object, str]], origin: str) -> AnnotatedSection:
    """One section of a row.

    Parameters
    ----------
    said
        Value and name of the column by role, of `SECTION_NAMES`.
    origin
        Where the row stands.

    Raises
    ------
    InputError
        If it begins nowhere, or a value makes no sense.
    """
    nothing = (None, "")
    start_s, end_s = (_seconds(*said.get(role, nothing), origin) for role in _PLACES[:2])
    start_bar, end_bar = (_bar(*said.get(role, nothing), origin) for role in _PLACES[2:])
    if start_s is None and start_bar is None:
        raise InputError(
            f"{origin}: a section needs a start", hint="in seconds (start, end) or in bars (start_bar, end_bar)"
        )
    for start, end, unit in ((start_s, end_s, "s"), (start_bar, end_bar, "bar")):
        if start is not None and end is not None and (end <= start if unit == "s" else end < start):
            raise InputError(f"{origin}: a section cannot end at {end:g} and start at {start:g} ({unit})")
    energy = parse_share(*said.get("section_energy", nothing), origin)
    return AnnotatedSection(start_s, end_s, as_text(said.get("label", nothing)[0]), start_bar, end_bar, energy)


def sections_of(
    values: object, what: str, origin: str, *, duration_s: float | None = None
) -> tuple[AnnotatedSection, ...] | None:
    """Sections of a list as JSON has it: of objects, or of lists of start, end and label; None for None.

    Raises
    ------
    InputError
        If it is no such list, or an item makes no sense.
    """
    if values is None:
        return None
    if not isinstance(values, list):
        raise InputError(f"{origin}: {what} {shown(values)} is no list of sections")
    sections = []
    for number, item in enumerate(values, 1):
        place = f"{origin}, {what} {number}"
        if isinstance(item, list) and 2 <= len(item) <= 3:
            said = dict(zip(("start_s", "end_s", "label"), ((part, "section") for part in item), strict=False))
        elif isinstance(item, dict):
            said = {
                role: (item[name], name)
                for role, names in SECTION_NAMES.items()
                if (name := next((known for known in names if known in item), None)) is not None
            }
        else:
            raise InputError(
                f"{place}: {shown(item)} is no section", hint='{"start_s": 0, "end_s": 30, "label": "intro"}'
            )
        sections.append((section_of(said, place), place))
    return checked_sections(sections, duration_s=duration_s)


def read_sections(path: Path, *, duration_s: float | None = None) -> tuple[AnnotatedSection, ...]:
    """Sections of a text file with one a line; a file without lines has none.

    Raises
    ------
    InputError
        If the file cannot be read, or a line makes no sense; the message names file and line.
    """
    sections: list[tuple[AnnotatedSection, str]] = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        origin = f"{path.name}, line {number}"
        cells = _cells(line)
        if not cells or (not sections and cells[0].lower() in SECTION_NAMES["start_s"]):
            continue
        has_end = len(cells) > 1 and _is_number(cells[1])
        said: dict[str, tuple[object, str]] = {"start_s": (cells[0], "start")}
        if has_end:
            said["end_s"] = (cells[1], "end")
        label = " ".join(cells[2 if has_end else 1 :])
        sections.append((section_of(said | {"label": (label, "label")}, origin), origin))
    if sections and sections[-1][0].end_s is None and (sections[-1][0].label or "end").lower() == "end":
        duration_s = sections.pop()[0].start_s
    return checked_sections(sections, duration_s=duration_s)


def checked_sections(
    sections: Sequence[tuple[AnnotatedSection, str]], *, duration_s: float | None = None
) -> tuple[AnnotatedSection, ...]:
    """Sections of one track, each with an end.

    Parameters
    ----------
    sections
        Each with where it stands, in order of time; all in seconds or all in bars.
    duration_s
        Where the last one ends if it does not say so.

    Raises
    ------
    InputError
        If they are out of order or overlap, or nobody says where the last one ends.
    """
    in_seconds = all(section.start_s is not None for section, _ in sections)
    if not in_seconds and not all(section.start_bar is not None for section, _ in sections):
        raise InputError(f"{sections[0][1]}: some sections of this track are in seconds, some in bars")
    checked: list[AnnotatedSection] = []
    for index, (section, origin) in enumerate(sections):
        following = sections[index + 1][0] if index + 1 < len(sections) else None
        if in_seconds:
            section = _closed_in_seconds(section, following, duration_s, origin)
        else:
            section = _closed_in_bars(section, following, origin)
        if checked and _begins_early(section, checked[-1], in_seconds=in_seconds):
            raise InputError(f"{origin}: this section begins before the one above it ends")
        checked.append(section)
    return tuple(checked)


def drops_of(values: object, what: str, origin: str) -> TimeArray | None:
    """Where drops begin, of a list of numbers or of objects with ``time_s``; None for None."""
    if isinstance(values, list):
        values = [item.get("time_s", item.get("start_s")) if isinstance(item, dict) else item for item in values]
    return times_of(values, what, origin)


def energy_of(times: object, curve: object, what: str, origin: str) -> EnergyCurve | None:
    """Energy over time, of a list of times and one of as many values from 0 to 1; None where either is not given."""
    times_s = times_of(times, what, origin)
    if times_s is None or curve is None:
        return None
    if not isinstance(curve, list) or len(curve) != len(times_s):
        raise InputError(f"{origin}: {len(times_s)} {what}, and not as many values in energy_curve")
    shares = [parse_share(value, "energy_curve", origin) for value in curve]
    if None in shares:
        raise InputError(f"{origin}: energy_curve holds a value that is no number")
    return EnergyCurve(times_s, np.array(shares, dtype=np.float32))


def _closed_in_seconds(
    section: AnnotatedSection, following: AnnotatedSection | None, duration_s: float | None, origin: str
) -> AnnotatedSection:
    if section.end_s is not None:
        return section
    assert section.start_s is not None
    end_s = duration_s if following is None else following.start_s
    if end_s is None:
        raise InputError(
            f"{origin}: nobody says where this section ends", hint="give it an end, or the track a duration_s"
        )
    if end_s <= section.start_s:
        raise InputError(f"{origin}: this section begins at {section.start_s:g} s, and the next at {end_s:g} s")
    return replace(section, end_s=end_s)


def _closed_in_bars(section: AnnotatedSection, following: AnnotatedSection | None, origin: str) -> AnnotatedSection:
    assert section.start_bar is not None
    end_bar = section.end_bar
    if end_bar is None and following is not None and following.start_bar is not None:
        end_bar = following.start_bar - 1
    if end_bar is None or end_bar < section.start_bar:
        raise InputError(f"{origin}: nobody says in which bar this section ends", hint="give it an end_bar")
    return replace(section, start_s=None, end_s=None, end_bar=end_bar)


def _begins_early(section: AnnotatedSection, before: AnnotatedSection, *, in_seconds: bool) -> bool:
    if not in_seconds:
        return (section.start_bar or 0) <= (before.end_bar or 0)
    assert section.start_s is not None
    assert before.start_s is not None
    assert before.end_s is not None
    return section.start_s <= before.start_s or section.start_s < before.end_s - _ROUNDING_S


def _seconds(value: object, what: str, origin: str) -> float | None:
    number = parse_number(value, what, origin)
    if number is not None and number < 0:
        raise InputError(f"{origin}: {what} {shown(value)} is negative")
    return number


def _bar(value: object, what: str, origin: str) -> int | None:
    number = parse_number(value, what, origin)
    if number is not None and not (1 <= number <= _MOST_BARS and number == int(number)):
        raise InputError(f"{origin}: {what} {shown(value)} is no bar", hint="bars are counted from 1")
    return None if number is None else int(number)


def _cells(line: str) -> list[str]:
    line = line.strip("\r\n")
    if not line.strip() or line.lstrip().startswith("#"):
        return []
    separator = next((sign for sign in ("\t", ",") if sign in line), None)
    stripped = [cell.strip() for cell in line.split(separator)]
    while len(stripped) > 1 and not stripped[-1]:
        stripped.pop()
    return stripped


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
