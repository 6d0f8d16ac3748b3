"""Playlists, transitions and neighbours as text for people.

Every function takes the record that ``--format json`` gives, and returns lines of at most `width` cells. What joins two
tracks stands between them: first its score, then its reason.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len

from edm.cli import console
from edm.cli.columns import aligned, cut

__all__ = ["explain_lines", "neighbour_lines", "playlist_lines", "relaxed_lines"]

_RULES = {
    "mode": "mode",
    "floor": "smoothness",
    "energy_arc": "energy arc",
    "bpm_arc": "tempo arc",
    "key_rule": "keys",
    "max_stretch": "pitch",
    "min_gap": "spacing of artists",
    "max_per_artist": "tracks by one artist",
    "count": "length",
    "minutes": "length",
    "limits": "limits",
    "versions": "versions",
}
# How families of features are called where there is little room.
_SHORT = {"rhythm": "groove", "all": "sound"}
_MINUS = "−"


def playlist_lines(record: Mapping[str, Any], width: int) -> list[str]:
    """The tracks, what joins them, and the summary."""
    tracks = record["tracks"]
    head = ("#", "track", "  BPM", "key", " E", "min")
    rows = [
        (
            f"{track['place']}{'*' if track['is_seed'] else ''}",
            _name(track),
            _bpm(track["bpm"]),
            _padded(track["key"] or "–", 3),
            _padded("–" if track["energy"] is None else f"{track['energy']:.0f}", 2),
            _minutes(track["duration_s"]),
        )
        for track in tracks
    ]
    shown = _with_wide_column([head, *rows], 1, width)
    lines = [shown[0]]
    for track, line in zip(tracks, shown[1:], strict=True):
        if track["transition"] is not None:
            said = f"    {_fraction(track['transition']['score']):<3}  {track['transition']['reason']}"
            lines += textwrap.wrap(said, width, subsequent_indent=" " * 9, break_on_hyphens=False)
        lines.append(line)
    return [*lines, "", *_summary_lines(record, width)]


def relaxed_lines(record: Mapping[str, Any], width: int) -> list[str]:
    """Rules that are not kept, where and why; none if all are."""
    found: list[str] = []
    for one in record["relaxed"]:
        places = _places(one["places"])
        said = f"not kept: {_RULES[one['rule']]}{f' at {places}' if places else ''}: {console.one_line(one['why'])}"
        found += textwrap.wrap(said, width, subsequent_indent="    ", break_on_hyphens=False)
    return found


def neighbour_lines(record: Mapping[str, Any], width: int) -> list[str]:
    """The track that was asked about, and those near it: how near by families, what they would be pitched by."""
    asked = record["track"]
    said = [_name(asked), f"{_bpm(asked['bpm']).strip()} BPM", asked["key"] or "key unknown"]
    lines = [cut(", ".join(said), width), ""]
    if not record["neighbours"]:
        return [*lines, "no other track in the library"]
    head = ("#", "near", "track", "  BPM", "pitch", "key", "relation")
    rows = [
        (
            str(one["place"]),
            _fraction(one["score"]),
            _name(one),
            _bpm(one["bpm"]),
            _pitch(one),
            _padded(one["key"] or "–", 3),
            (one["key_relation"] or "–").replace("_", " "),
        )
        for one in record["neighbours"]
    ]
    shown = _with_wide_column([head, *rows], 2, width)
    lines.append(shown[0])
    for one, line in zip(record["neighbours"], shown[1:], strict=True):
        lines += [line, *textwrap.wrap("    " + _parts(one["parts"]), width, subsequent_indent="    ")]
    return lines


def explain_lines(record: Mapping[str, Any], width: int) -> list[str]:
    """A transition number by number: each part, what it counts for, and what it gives."""
    lines: list[str] = []
    for which in ("first", "second"):
        track = record[which]
        energy = "–" if track["energy"] is None else f"{track['energy']:.0f}"
        facts = [f"{_bpm(track['bpm']).strip()} BPM", track["key"] or "key unknown", f"energy {energy}"]
        facts += [track["genre"]] if track["genre"] else []
        lines.append(cut(f"{which:<7} {_name(track)}: {', '.join(facts)}", width))
    edge = record["transition"]
    said = f"{'score':<7} {_fraction(edge['score'])}: {edge['reason']}"
    lines += [*textwrap.wrap(said, width, subsequent_indent=" " * 8, break_on_hyphens=False), ""]
    rows: list[Sequence[str]] = [("part", "value", "counts", "gives", "")]
    for part in record["parts"]:
        inner = "  " if part["of"] else ""
        rows.append(
            (
                f"{inner}{_SHORT.get(part['name'], part['name'])}",
                _fraction(part["value"]),
                f"{inner}{100 * part['share']:.0f} %",
                f"{inner}{part['gives']:.3f}",
                part["note"],
            )
        )
    lines += [*aligned(rows, width=width), ""]
    for check in record["rules"]:
        said = f"{'kept ' if check['kept'] else 'BROKEN'} {_RULES[check['rule']]}: {check['why']}"
        lines += textwrap.wrap(said, width, subsequent_indent="       ", break_on_hyphens=False)
    return lines


def _summary_lines(record: Mapping[str, Any], width: int) -> list[str]:
    summary, asked = record["summary"], record["asked"]
    counts = [f"{summary['tracks']} {'track' if summary['tracks'] == 1 else 'tracks'}"]
    artists = f"{summary['artists']} {'artist' if summary['artists'] == 1 else 'artists'}"
    counts += [f"{summary['minutes']:.0f} minutes", artists if summary["artists"] else "artists unknown"]
    counts.append(f"mode {asked['mode']}")
    lines = [", ".join(counts) + "; * is a seed"]
    if summary["mean"] is not None:
        scores = {track["place"]: track["transition"]["score"] for track in record["tracks"][1:]}
        weakest = min(scores, key=lambda place: (scores[place], place))
        lines.append(
            f"transitions: mean {_fraction(summary['mean'])}, weakest {_fraction(summary['weakest'])} "
            f"({weakest - 1} to {weakest}), 10th percentile {_fraction(summary['percentile_10'])}"
        )
    arcs = [
        f"{name} {asked[f'{key}_arc']}: {100 * summary[f'{key}_arc_reached']:.0f} % of the tracks are on it"
        for key, name in (("bpm", "tempo"), ("energy", "energy"))
        if summary[f"{key}_arc_reached"] is not None
    ]
    lines += arcs
    wrapped = [
        line for said in lines for line in textwrap.wrap(said, width, subsequent_indent="    ", break_on_hyphens=False)
    ]
    return [*wrapped, *(relaxed_lines(record, width) or ["all rules are kept"])]


def _name(track: Mapping[str, Any]) -> str:
    names = [name for name in (track["artist"], track["title"]) if name]
    return console.one_line(" – ".join(names) if names else track["path"])


def _with_wide_column(rows: Sequence[Sequence[str]], column: int, width: int) -> list[str]:
    """Lines in which one column takes what the others leave, and no more than it needs."""
    fixed = sum(max(cell_len(row[place]) for row in rows) + 2 for place in range(len(rows[0])) if place != column)
    room = max(width - fixed, 8)
    widest = min(max(cell_len(row[column]) for row in rows), room)
    lines: list[str] = []
    widths = [widest if place == column else max(cell_len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = [cut(cell, size) for cell, size in zip(row, widths, strict=True)]
        padded = [cell + " " * (size - cell_len(cell)) for cell, size in zip(cells, widths, strict=True)]
        lines.append("  ".join(padded).rstrip())
    return lines


def _parts(parts: Mapping[str, float]) -> str:
    return ", ".join(f"{_SHORT.get(name, name)} {_fraction(value)}" for name, value in parts.items() if name != "sonic")


def _places(places: Sequence[int]) -> str:
    """``3, 5–8``."""
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _bpm(bpm: float | None) -> str:
    return "    –" if bpm is None else f"{bpm:5.1f}"


def _minutes(duration_s: float | None) -> str:
    return "–" if duration_s is None else f"{int(duration_s) // 60}:{int(duration_s) % 60:02d}"


def _padded(text: str, width: int) -> str:
    return text.rjust(width)


def _pitch(neighbour: Mapping[str, Any]) -> str:
    """``+0.4 % half``: at that pitch, counted in half time."""
    if neighbour["pitch_pct"] is None:
        return "–"
    return " ".join(part for part in (_signed(neighbour["pitch_pct"]), neighbour["octave"]) if part)


def _signed(value: float) -> str:
    # Never −0.0.
    return f"{round(value, 1) + 0.0:+.1f} %".replace("-", _MINUS)


def _fraction(value: float) -> str:
    return "1.0" if value >= 0.995 else f"{value:.2f}".removeprefix("0")
