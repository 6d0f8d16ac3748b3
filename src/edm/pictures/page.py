"""Many tracks as one HTML page that needs nothing else: no network, no font, no file beside it.

The page is the template ``page.html.j2``, the style sheet ``page.css`` and the scripts ``page.js`` (table, filters,
keys) and ``track.js`` (the picture of one track). All text of tracks is escaped: by the template, or as JSON. A content
security policy lets no script run but these two, which it knows by their hash.

Tracks are added one by one and put aside at once; what stays in memory is a `TrackRow` each.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, BinaryIO

from edm.audio.printable import printable
from edm.model import Failure, Result
from edm.model.keys import KEYS, KeyNotation, format_key
from edm.pictures import overview
from edm.pictures.block import track_block
from edm.pictures.picture import NONE, SECTION_COLOURS, TrackPicture, shown_bpm, shown_loudness
from edm.pictures.row import TrackRow, row_of

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["FEWEST_COLUMNS", "ReportPage", "columns_for"]

FEWEST_COLUMNS = 1200
"""Of a waveform on a page of very many tracks: a column for a pixel of a wide screen."""

_FULL_TRACKS = 400
_MOST_COLUMNS = 9600
_VERDICTS = ("locked", "variable", "unsure", "constant", "failed")
_COPIED_AT_ONCE = 1 << 20


def columns_for(tracks: int) -> int:
    """How many columns a waveform may have on a page of that many tracks, for a browser to open it with ease.

    Up to 400 tracks have all their columns (20 MB at the most); beyond, the page grows slowly.
    """
    return max(FEWEST_COLUMNS, min(_MOST_COLUMNS, _MOST_COLUMNS * _FULL_TRACKS // max(tracks, 1)))


@dataclass(frozen=True, slots=True)
class _Card:
    name: str
    value: str
    note: str = ""


class ReportPage:
    """A page that grows track by track.

    Parameters
    ----------
    spool
        An empty file that can be written and read: the tracks' drawings wait in it for the head of the page.
    key_notation
        Of all keys on the page.
    """

    def __init__(self, spool: BinaryIO, *, key_notation: KeyNotation = "standard") -> None:
        self._spool = spool
        self._notation = key_notation
        self._rows: dict[int, TrackRow] = {}

    @property
    def tracks(self) -> int:
        """How many were added, failures included."""
        return len(self._rows)

    def add(self, result: Result[TrackPicture]) -> None:
        """Take one track, or the reason why there is none; in any order."""
        self._rows[result.index] = row_of(result, key_notation=self._notation)
        if isinstance(result, Failure):
            return
        block = track_block(result.value, key_notation=self._notation)
        line = f'<script type="application/json" id="t{result.index}">{block}</script>\n'
        self._spool.write(line.encode("ascii"))

    def write(self, stream: BinaryIO, *, title: str = "Tracks", missing: int = 0) -> None:
        """Write the page.

        Parameters
        ----------
        stream
            Takes UTF-8.
        title
            Its heading.
        missing
            How many tracks more there should have been: the run was interrupted.
        """
        for part in _template().generate(**self._context(title, missing)):
            stream.write(part.encode("utf-8"))
        self._spool.flush()
        self._spool.seek(0)
        shutil.copyfileobj(self._spool, stream, _COPIED_AT_ONCE)
        stream.write(b"</body>\n</html>\n")

    def _context(self, title: str, missing: int) -> dict[str, Any]:
        from markupsafe import Markup

        rows = [self._rows[index] for index in sorted(self._rows)]
        histogram = overview.bpm_histogram(row.bpm for row in rows if row.bpm is not None)
        codes = [row.camelot for row in rows if row.camelot is not None]
        wheel = overview.key_wheel_svg(codes, key_notation=self._notation) if codes else ""
        return {
            "title": printable(title),
            "rows": rows,
            "missing": missing,
            "cards": _cards(rows),
            "histogram": None if histogram is None else Markup(overview.histogram_svg(histogram)),
            "wheel": Markup(wheel),
            "failures": [row for row in rows if row.failed],
            "fallbacks": Counter(reason for row in rows for reason in row.fallbacks).most_common(),
            "keys": list(self._keys(set(codes))),
            "verdicts": [name for name in _VERDICTS if any(row.verdict == name for row in rows)],
            "shown": _shown_columns(rows),
        }

    def _keys(self, present: set[str]) -> Iterator[tuple[str, str]]:
        """Codes of the keys on the page and what they are called, around the wheel."""
        for key in sorted(KEYS, key=lambda key: (key.number, key.mode == "major")):
            code = format_key(key, "camelot")
            if code in present:
                name = format_key(key, self._notation)
                yield code, name if name == code else f"{name} ({code})"


def _cards(rows: list[TrackRow]) -> list[_Card]:
    done = [row for row in rows if not row.failed]
    hours = sum(row.duration_s or 0.0 for row in done) / 3600
    cards = [_Card("tracks", str(len(rows)), f"{hours:.1f} h of music" if hours >= 1 else f"{60 * hours:.0f} min")]
    locked = sum(row.verdict == "locked" for row in done)
    if any(row.verdict in ("locked", "variable", "unsure") for row in done):
        cards.append(_Card("locked grids", str(locked), f"of {len(done)}"))
    for name, values, digits in (
        ("BPM", [row.bpm for row in done if row.bpm is not None], 1),
        ("LUFS", [row.lufs for row in done if row.lufs is not None], 1),
        ("energy", [float(row.energy) for row in done if row.energy is not None], 0),
    ):
        if values:
            middle = sorted(values)[len(values) // 2]
            cards.append(
                _Card(f"middle {name}", f"{middle:.{digits}f}", f"{min(values):.{digits}f} to {max(values):.{digits}f}")
            )
    cards.append(_Card("fell back", str(sum(bool(row.fallbacks) for row in done))))
    cards.append(_Card("failed", str(len(rows) - len(done))))
    return cards


def _shown_columns(rows: list[TrackRow]) -> set[str]:
    """Columns that any track has a value for."""
    names = ("bpm", "key", "energy", "lufs", "duration_s")
    shown = {name for name in names if any(getattr(row, name) is not None for row in rows)}
    if any(row.drops != NONE for row in rows):
        shown.add("drops")
    return shown


@functools.cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    folder = resources.files("edm.pictures")

    def text(name: str) -> str:
        return folder.joinpath(name).read_text(encoding="utf-8")

    colours = ",".join(f'"{label}":"{colour}"' for label, colour in SECTION_COLOURS.items())
    scripts = [f"const SECTION_COLOURS={{{colours}}};\n" + text("track.js") + text("page.js")]
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.globals |= {
        "style": Markup(text("page.css")),
        "script": Markup("".join(scripts)),
        "script_hash": _hash("".join(scripts)),
        "colours": SECTION_COLOURS,
        "shown_bpm": shown_bpm,
        "shown_loudness": shown_loudness,
        "dash": NONE,
    }
    return environment.from_string(text("page.html.j2"))


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
