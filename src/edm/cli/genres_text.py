"""What is known of genres, as text for people: of a track or an artist, of one tag, and of the whole library.

Every function takes the record that ``--format json`` gives, and returns lines of at most `width` cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from edm.cli import console
from edm.cli.columns import aligned, cut, screen_width

__all__ = ["SPEAKERS", "coverage_lines", "explain_lines", "override_rows", "show_lines", "unknown_rows"]

SPEAKERS: Mapping[str, str] = {
    "person": "you",
    "lastfm": "Last.fm",
    "tags": "file tags",
    "musicbrainz": "MusicBrainz",
}
"""Who says something, as a person calls it."""

_INDENT = "  "
# Beyond these a source's tags are few listeners' jokes; --format json has them all.
_TAGS_SHOWN = 25


def show_lines(record: Mapping[str, Any], stream: TextIO) -> list[str]:
    """What a track's or an artist's genres are, from where, how sure, and what became of each tag."""
    width = screen_width(stream)
    lines = [cut(console.one_line(title), width) for title in _titles(record)]
    lines.append("")
    if record["genres"]:
        rows: list[tuple[str, ...]] = [("genre", "sure", *(() if record["kind"] == "track" else ("tracks",)), "from")]
        for one in record["genres"]:
            tracks = () if record["kind"] == "track" else (str(one["tracks"]),)
            rows.append((one["genre"], f"{one['weight']:.2f}", *tracks, _voices(one["sources"])))
        lines += aligned(rows, width=width, wraps=True)
    else:
        lines.append(f"no genres: {record['why_none']}")
    for override in record["overrides"]:
        lines += ["", *_wrapped(f"you said on {_day(override['at'])}: {override_words(override)}", width)]
    for said in record["said"]:
        if said["outcome"] == "found":
            lines += ["", *_said_lines(said, width)]
    unknown = [said for said in record["said"] if said["outcome"] == "none"]
    for source in dict.fromkeys(said["source"] for said in unknown):
        lines += ["", *_none_lines(source, [said for said in unknown if said["source"] == source], width)]
    return lines


def explain_lines(record: Mapping[str, Any]) -> list[str]:
    """How one tag is read, a sentence a line."""
    return [console.one_line(sentence) for sentence in record["steps"]]


def override_words(override: Mapping[str, Any]) -> str:
    """A person's word in one line."""
    genres = ", ".join(override["genres"]) or "no genre"
    if override["kind"] == "fix":
        return f"the tag '{override['subject']}' means {genres}"
    return f"{override['entity']} '{override['subject']}' is {genres}"


def override_rows(records: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """A table of a person's words."""
    rows: list[tuple[str, ...]] = [("what", "of", "genres", "said on")]
    rows += [
        (
            "tag" if one["kind"] == "fix" else one["entity"],
            one["subject"],
            ", ".join(one["genres"]) or "none",
            _day(one["at"]),
        )
        for one in records
    ]
    return rows


def unknown_rows(records: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """A table of tags that nobody knows."""
    rows = [(str(one["count"]), one["tag"], "; ".join(one["examples"])) for one in records]
    return [("count", "tag", "borne by"), *rows]


def coverage_lines(record: Mapping[str, Any], stream: TextIO) -> list[str]:
    """What is covered, and what is not yet."""
    width = screen_width(stream)
    tracks = record["tracks"]
    rows = [("tracks", str(tracks), "")]
    rows.append(("tracks with genres", str(record["tracks_with_genres"]), _share(record["tracks_with_genres"], tracks)))
    rows += [
        (f"  from {SPEAKERS.get(source, source)}", str(number), _share(number, tracks))
        for source, number in record["by_source"].items()
        if number
    ]
    if record["inherited"]:
        rows.append(("  by a member", str(record["inherited"]), _share(record["inherited"], tracks)))
    rows.append(("tracks without", str(tracks - record["tracks_with_genres"]), ""))
    lines = aligned(rows, width=width)
    if record["entities"]:
        columns: list[tuple[str, ...]] = [("asked once for each", "all", "found", "none", "pending")]
        columns += [
            (f"{entity}s", *(str(counts[name]) for name in ("all", "found", "none", "pending")))
            for entity, counts in record["entities"].items()
        ]
        lines += ["", *aligned(columns, width=width)]
    if record["errors_of_last_run"]:
        lines.append(f"{record['errors_of_last_run']} errors in the last run; the next one asks again")
    if record["genres"]:
        listed = ", ".join(f"{genre} ({number})" for genre, number in record["genres"].items())
        lines += ["", *_wrapped(f"most frequent genres: {listed}", width)]
    lines += ["", f"{record['unknown_tags']} unknown tags" + ("; edm genres unknown" if record["unknown_tags"] else "")]
    if record["overrides"]:
        lines.append(f"{record['overrides']} of your own words; edm genres overrides")
    return lines


def _titles(record: Mapping[str, Any]) -> list[str]:
    if record["kind"] == "track":
        name = " – ".join(part for part in (record["artist"], record["title"]) if part) or "a track without names"
        album = f" ({record['album']})" if record["album"] else ""
        return [f"{name}{album}", f"track {record['id']}, {record['path']}"]
    number = record["tracks"]
    return [f"{record['name']}: {number} track{'' if number == 1 else 's'}; mean over them"]


def _voices(sources: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(
        f"{_voice(one['source'], one['entity'])}{' by a member' if one['inherited'] else ''} {one['weight']:.2f}"
        for one in sources
    )


def _voice(source: str, entity: str) -> str:
    name = SPEAKERS.get(source, source)
    return name if source == "tags" else f"{name} of {entity}"


def _said_lines(said: Mapping[str, Any], width: int) -> list[str]:
    head = SPEAKERS.get(said["source"], said["source"])
    if said["source"] != "tags":
        head += f" of the {said['entity']} '{said['name']}'"
        head += f", asked {_day(said['at'])}"
    rows = [
        (one["tag"], "–" if one["weight"] is None else f"{one['weight']:.2f}", tag_words(one))
        for one in said["tags"][:_TAGS_SHOWN]
    ]
    lines = [*_wrapped(head, width), *aligned(rows, width=width, indent=_INDENT)]
    if len(said["tags"]) > _TAGS_SHOWN:
        lines.append(f"{_INDENT}… and {len(said['tags']) - _TAGS_SHOWN} more; all of them with --format json")
    return lines


def _none_lines(source: str, unknown: Sequence[Mapping[str, Any]], width: int) -> list[str]:
    """What a service knows nothing of, in one sentence."""
    names = ", ".join(f"the {said['entity']} '{said['name']}'" for said in unknown)
    ends = [said["expires_at"] for said in unknown if said["expires_at"]]
    again = f" (asked again after {_day(min(ends))})" if ends else ""
    return _wrapped(f"{SPEAKERS.get(source, source)} knows nothing of {names}{again}", width)


def tag_words(tag: Mapping[str, Any]) -> str:
    """What became of one tag."""
    parts = list(tag["genres"])
    parts += [f"dropped: {one['why']}" for one in tag["dropped"]]
    if tag["unknown"]:
        parts.append("unknown" if tag["unknown"] == [tag["tag"]] else f"unknown: {', '.join(tag['unknown'])}")
    words = "; ".join(parts) or "names no genre"
    return f"{words} (as you said)" if tag["fixed"] else words


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(console.one_line(text), max(width, 20), subsequent_indent=_INDENT, break_on_hyphens=False)


def _share(number: int, whole: int) -> str:
    return f"{100 * number / whole:.0f} %" if whole else ""


def _day(instant: str | None) -> str:
    return (instant or "")[:10]
