"""Charts as inline SVG: numbers in, text out.

Each chart is one ``<svg role="img">`` with a ``<title>`` for those who cannot see it, a ``viewBox`` instead of a size,
and classes instead of colours (``bar``, ``outer``, ``line1``, ``line2``, ``axis``, ``grid``, ``mark``, ``band``): the
page that holds it decides how they look, by day and by night. Nothing in it comes from names of tracks; all text is
escaped all the same.

Offers `histogram`, `tolerance_curve`, `reliability` and `interval_bar`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

__all__ = ["histogram", "interval_bar", "reliability", "tolerance_curve"]

# Sizes are in units of the viewBox, about a pixel each on a screen.
_WIDTH = 720
_TEXT = 11


def histogram(edges: Sequence[float], counts: Sequence[int], *, unit: str, title: str) -> str:
    """Bars of `counts`; the first and the last are the open outer bins, drawn apart and labelled as such.

    Parameters
    ----------
    edges
        Shape (n,), n >= 2, increasing, in `unit`.
    counts
        Shape (n + 1,): below the first edge, between the edges, above the last.
    unit
        Written below the axis.
    title
        What it shows.
    """
    bins = len(counts) - 2
    outer, gap, left, right, top, bottom, height = 40.0, 22.0, 8.0, 8.0, 24.0, 34.0, 240.0
    inner = _WIDTH - left - right - 2 * (outer + gap)
    width = inner / bins
    base = height - bottom
    start = left + outer + gap
    scale = (base - top) / max(*counts, 1)
    parts = [_line(start, base, start + inner, base, "axis")]
    for index, count in enumerate(counts):
        x, w, kind = start + (index - 1) * width, width, "bar"
        if index == 0:
            x, w, kind = left, outer, "bar outer"
        elif index == bins + 1:
            x, w, kind = start + inner + gap, outer, "bar outer"
        # A single track among thousands is still a bar.
        tall = max(count * scale, 2.0) if count else 0.0
        if count:
            what = _bin_words(edges, index, unit)
            spacing = 1.0 if w > 4 else 0.0
            parts.append(
                f'<rect class="{kind}" x="{_n(x + spacing / 2)}" y="{_n(base - tall)}" width="{_n(w - spacing)}" '
                f'height="{_n(tall)}"><title>{escape(f"{what}: {count}")}</title></rect>'
            )
            parts.append(_count_text(x + w / 2, base - tall - 4, count, w))
    for x in (left, start + inner + gap):
        parts.append(_line(x, base, x + outer, base, "axis"))
    low, high = _tick(edges[0]), _tick(edges[-1])
    parts += [
        _text(left + outer / 2, base + 15, f"< {low}", "middle"),
        _text(start + inner + gap + outer / 2, base + 15, f"> {high}", "middle"),
        _text(start + inner / 2, height - 4, unit, "middle"),
    ]
    span = edges[-1] - edges[0]
    for value in _ticks(edges[0], edges[-1], 9):
        x = start + (value - edges[0]) / span * inner
        parts += [_line(x, base, x, base + 4, "axis"), _text(x, base + 15, _tick(value), "middle")]
    return _svg(_WIDTH, height, title, parts)


def tolerance_curve(tolerance: Sequence[float], curves: Mapping[str, Sequence[float]], *, mark: float | None) -> str:
    """Share of tracks that are right, by how much error is allowed.

    Parameters
    ----------
    tolerance
        Shape (n,), increasing, more than 0; relative. The axis is logarithmic.
    curves
        At most two, by name, each of shape (n,), 0..1.
    mark
        Tolerance that the run was scored with; a vertical line.
    """
    left, right, top, bottom, height = 44.0, 84.0, 14.0, 34.0, 260.0
    inner, base = _WIDTH - left - right, height - bottom
    low, high = math.log(tolerance[0]), math.log(tolerance[-1])
    parts = _share_axis(left, left + inner, top, base)

    def place(value: float) -> float:
        return left + (math.log(value) - low) / ((high - low) or 1.0) * inner

    for value in (0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.1):
        if tolerance[0] * 0.999 <= value <= tolerance[-1] * 1.001:
            x = place(value)
            parts += [_line(x, base, x, base + 4, "axis"), _text(x, base + 15, f"{value * 100:g} %", "middle")]
    parts.append(_text(left + inner / 2, height - 4, "tolerance", "middle"))
    if mark is not None and tolerance[0] <= mark <= tolerance[-1]:
        parts.append(_line(place(mark), top, place(mark), base, "mark"))
    ends = [top + (1 - values[-1]) * (base - top) for values in curves.values()]
    if len(ends) == 2 and abs(ends[0] - ends[1]) < 13:  # their names would lie on each other
        ends = [max(ends) + 7, min(ends) - 5] if ends[0] >= ends[1] else [min(ends) - 5, max(ends) + 7]
    for number, (name, values) in enumerate(curves.items()):
        points = " ".join(
            f"{_n(place(t))},{_n(top + (1 - share) * (base - top))}" for t, share in zip(tolerance, values, strict=True)
        )
        parts.append(f'<polyline class="line{number + 1}" points="{points}"/>')
        parts.append(_text(left + inner + 6, ends[number] + 4, name, "start", f"name{number + 1}"))
    said = "; ".join(f"{name} {_share(v[0])} to {_share(v[-1])}" for name, v in curves.items())
    return _svg(_WIDTH, height, f"Share of right tracks by tolerance: {said}", parts)


def reliability(bins: Sequence[Mapping[str, Any]], *, title: str, metric: str = "accuracy1") -> str:
    """How often tracks of a confidence are right, beside the diagonal where confidence says just that.

    Parameters
    ----------
    bins
        Dicts of ``low``, ``high``, ``tracks``, ``confidence`` (their mean) and `metric`; none of them empty.
    title
        What it shows.
    metric
        Key of the share that is right.
    """
    width, height, left, right, top, bottom = 420.0, 380.0, 44.0, 14.0, 14.0, 58.0
    inner, base = width - left - right, height - bottom
    tall = base - top
    most = max((row["tracks"] for row in bins), default=1)
    parts = _share_axis(left, left + inner, top, base)
    for row in bins:
        x, w = left + row["low"] * inner, (row["high"] - row["low"]) * inner
        h = row[metric] * tall
        words = f"confidence {row['low']:.1f} to {row['high']:.1f}: {row['tracks']} tracks, {_share(row[metric])}"
        parts.append(
            f'<rect class="band" x="{_n(x + 1)}" y="{_n(base - h)}" width="{_n(w - 2)}" height="{_n(h)}">'
            f"<title>{escape(words)}</title></rect>"
        )
        parts.append(_text(x + w / 2, base + 30, str(row["tracks"]), "middle", "count"))
    parts.append(_line(left, base, left + inner, top, "mark"))
    for row in bins:
        # The area is the weight that the bin has in the calibration error.
        radius = 3 + 7 * math.sqrt(row["tracks"] / most)
        x, y = left + row["confidence"] * inner, base - row[metric] * tall
        parts.append(f'<circle class="dot" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"/>')
    for step in range(0, 11, 2):
        parts.append(_text(left + step / 10 * inner, base + 15, f"{step / 10:.1f}", "middle"))
    parts += [
        _text(left - 6, base + 30, "tracks", "end"),
        _text(left + inner / 2, height - 8, "confidence (across), share of right tracks (up)", "middle"),
    ]
    return _svg(width, height, title, parts)


def interval_bar(value: float, interval: Sequence[float] | None) -> str:
    """A share of 0..1 as a bar 100 wide, with its interval as a whisker; it repeats a number, so it has no title."""
    parts = ['<rect class="trough" x="0" y="3" width="100" height="8"/>']
    parts.append(f'<rect class="bar" x="0" y="3" width="{_n(100 * _unit(value))}" height="8"/>')
    if interval is not None:
        low, high = (100 * _unit(end) for end in interval)
        parts += [_line(low, 7, high, 7, "whisker"), _line(low, 4, low, 10, "whisker")]
        parts.append(_line(high, 4, high, 10, "whisker"))
    return f'<svg class="share" viewBox="-1 0 102 14" aria-hidden="true">{"".join(parts)}</svg>'


def _svg(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    body = "".join(parts)
    return f'<svg role="img" viewBox="0 0 {_n(width)} {_n(height)}"><title>{escape(title)}</title>{body}</svg>'


def _share_axis(left: float, right: float, top: float, base: float) -> list[str]:
    parts: list[str] = []
    for step in range(0, 101, 20):
        y = base - step / 100 * (base - top)
        parts.append(_line(left, y, right, y, "grid" if step else "axis"))
        parts.append(_text(left - 6, y + 4, f"{step} %", "end"))
    return parts


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" font-size="{_TEXT}">{escape(text)}</text>'


def _count_text(x: float, y: float, count: int, room: float) -> str:
    text = str(count)
    if 6.2 * len(text) <= room + 2:
        return _text(x, y, text, "middle", "count")
    # Upright beside each other they would run together; lying they need 11 units of width, or less where bars are thin.
    size = min(_TEXT, max(room, 6.0))
    return (
        f'<text class="count" transform="translate({_n(x + size * 0.35)} {_n(y)}) rotate(-90)" '
        f'font-size="{_n(size)}">{text}</text>'
    )


def _bin_words(edges: Sequence[float], index: int, unit: str) -> str:
    if index == 0:
        return f"below {_tick(edges[0])} {unit}"
    if index == len(edges):
        return f"above {_tick(edges[-1])} {unit}"
    return f"{_tick(edges[index - 1])} to {_tick(edges[index])} {unit}"


def _ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from `low` to `high`, `most` at most, 0 among them where it is inside."""
    rough = (high - low) / (most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def _tick(value: float) -> str:
    return f"{value:.6g}".replace("-", "−") if abs(value) > 1e-12 else "0"


def _share(value: float) -> str:
    return f"{value * 100:.1f} %"


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _n(value: float) -> str:
    """Short text of a coordinate."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
