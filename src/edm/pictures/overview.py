"""Pictures of a whole batch of tracks: how many at which tempo, and in which key. SVG, numbers and own words alone.

Bars and segments carry ``data-low``/``data-high`` and ``data-key``, by which the page's script filters its table when
one is clicked, or chosen with the keyboard.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from edm.model.keys import KEYS, KeyNotation, format_key

__all__ = ["BpmHistogram", "bpm_histogram", "histogram_svg", "key_wheel_svg"]

_WIDTHS_BPM = (1, 2, 5, 10, 20, 50)
_MOST_BINS = 24
_FEWEST_BINS = 6
# What lies outside of these percentiles goes into the open bins.
_INNER = (2.0, 98.0)


@dataclass(frozen=True, slots=True)
class BpmHistogram:
    """Tracks by tempo.

    Attributes
    ----------
    edges
        BPM, increasing, all the same width apart; n + 1 of them.
    counts
        Of the n inner bins, each from its edge (included) up to the next (excluded).
    below, above
        What lies further out.
    """

    edges: tuple[int, ...]
    counts: tuple[int, ...]
    below: int
    above: int


def bpm_histogram(tempos: Iterable[float]) -> BpmHistogram | None:
    """Tempos in BPM, counted in bins of a round width; None where there are none.

    The inner bins hold all but the outermost fiftieth on either side, and are 6 to 24.
    """
    values = np.array(sorted(tempos), dtype=np.float64)
    if not len(values):
        return None
    low, high = (float(value) for value in np.percentile(values, _INNER))
    width = next((w for w in _WIDTHS_BPM if math.floor(high / w) - math.floor(low / w) < _MOST_BINS), _WIDTHS_BPM[-1])
    first, last = math.floor(low / width), math.floor(high / width) + 1
    while last - first < _FEWEST_BINS:
        first, last = max(first - 1, 0), last + 1
    last = min(last, first + _MOST_BINS)
    edges = [width * step for step in range(first, last + 1)]
    counts, _ = np.histogram(values[values < edges[-1]], edges)
    below, above = int(np.sum(values < edges[0])), int(np.sum(values >= edges[-1]))
    return BpmHistogram(tuple(edges), tuple(int(count) for count in counts), below, above)


def histogram_svg(histogram: BpmHistogram) -> str:
    """The histogram; its outer bars, apart from the others, hold all that lies further out."""
    width, height, bottom, top = 640, 220, 26, 22
    bars: list[tuple[str, int, float, float]] = [("&lt;", histogram.below, -math.inf, histogram.edges[0])]
    inner = zip(histogram.counts, histogram.edges, histogram.edges[1:], strict=False)
    bars += [("", count, low, high) for count, low, high in inner]
    bars.append(("≥", histogram.above, histogram.edges[-1], math.inf))
    gap = 10.0
    step = (width - 2 * gap) / len(bars)
    most = max(count for _, count, _, _ in bars) or 1
    every = math.ceil(len(histogram.edges) / 10)
    parts = [
        f'<svg viewBox="0 0 {width} {height}" role="group" aria-label="Tracks by tempo in BPM">',
        f'<line class="axis" x1="0" y1="{height - bottom}" x2="{width}" y2="{height - bottom}"/>',
    ]
    for place, (sign, count, low, high) in enumerate(bars):
        x = place * step + (0 if place == 0 else gap if place < len(bars) - 1 else 2 * gap)
        tall = (height - bottom - top) * count / most
        y = height - bottom - tall
        middle = x + step / 2
        if count:
            words = _span_words(low, high, count)
            parts.append(
                f'<g class="pick" tabindex="0" role="button" data-low="{_edge(low)}" data-high="{_edge(high)}" '
                f'aria-label="{words}"><title>{words}</title>'
                f'<rect class="hit" x="{x:.1f}" y="0" width="{step:.1f}" height="{height - bottom}"/>'
                f'<rect class="bar{" outer" if sign else ""}" x="{x + 1:.1f}" y="{y:.1f}" width="{step - 2:.1f}" '
                f'height="{tall:.1f}"/><text class="count" x="{middle:.1f}" y="{y - 5:.1f}">{count}</text></g>'
            )
        if sign:
            edge = high if math.isinf(low) else low
            end, at = ("start", 0) if place == 0 else ("end", width)
            parts.append(f'<text class="edge {end}" x="{at}" y="{height - bottom + 18}">{sign}{edge:g}</text>')
        elif place > 1 and (place - 1) % every == 0:
            odd = " odd" if (place - 1) // every % 2 else ""
            parts.append(f'<text class="edge{odd}" x="{x:.1f}" y="{height - bottom + 18}">{low:g}</text>')
    return "".join([*parts, "</svg>"])


def key_wheel_svg(camelot: Sequence[str], *, key_notation: KeyNotation = "standard") -> str:
    """The wheel of keys: each has its neighbours in harmony beside it, minor keys inside.

    Parameters
    ----------
    camelot
        The key of each track as the wheel counts: "8A".
    key_notation
        Of what is written on the segments.
    """
    counts = Counter(camelot)
    most = max(counts.values(), default=1)
    centre, radii = 170.0, {"major": (112.0, 166.0), "minor": (58.0, 112.0)}
    parts = ['<svg viewBox="0 0 340 340" role="group" aria-label="Tracks by key">']
    for key in sorted(KEYS, key=lambda key: (key.mode, key.number)):
        code = format_key(key, "camelot")
        count = counts[code]
        inner, outer = radii[key.mode]
        path = _segment(centre, inner, outer, key.number)
        # Twelve o'clock is 12.
        x, y = _point(centre, (inner + outer) / 2, 30.0 * key.number)
        name = format_key(key, key_notation).replace(" major", "").replace(" minor", "m")
        heat = round(15 + 85 * count / most) if count else 0
        label = (
            f'<text class="{"key" if count else "none"}" x="{x:.1f}" y="{y + (0 if count else 4):.1f}">{name}</text>'
        )
        if not count:
            parts.append(f'<g><path class="segment" d="{path}"/>{label}</g>')
            continue
        words = f"{code}, {key.name}: {_tracks(count)}"
        parts.append(
            f'<g class="pick" tabindex="0" role="button" data-key="{code}" aria-label="{words}"><title>{words}</title>'
            f'<path class="segment" d="{path}"/><path class="heat" d="{path}" fill-opacity="{heat / 100:g}"/>{label}'
            f'<text class="count" x="{x:.1f}" y="{y + 14:.1f}">{count}</text></g>'
        )
    unknown = f'<text class="none" x="{centre}" y="{centre + 4}">{_tracks(len(camelot))}</text>'
    return "".join([*parts, unknown, "</svg>"])


def _segment(centre: float, inner: float, outer: float, number: int) -> str:
    start, end = 30.0 * number - 15.0, 30.0 * number + 15.0
    (x0, y0), (x1, y1) = _point(centre, outer, start), _point(centre, outer, end)
    (x2, y2), (x3, y3) = _point(centre, inner, end), _point(centre, inner, start)
    return (
        f"M{x0:.1f} {y0:.1f}A{outer:g} {outer:g} 0 0 1 {x1:.1f} {y1:.1f}"
        f"L{x2:.1f} {y2:.1f}A{inner:g} {inner:g} 0 0 0 {x3:.1f} {y3:.1f}Z"
    )


def _point(centre: float, radius: float, degrees: float) -> tuple[float, float]:
    """Of a clock: 0 degrees is up."""
    angle = math.radians(degrees)
    return centre + radius * math.sin(angle), centre - radius * math.cos(angle)


def _span_words(low: float, high: float, count: int) -> str:
    if low == -math.inf:
        return f"below {high:g} BPM: {_tracks(count)}"
    if high == math.inf:
        return f"{low:g} BPM and above: {_tracks(count)}"
    return f"{low:g} to {high:g} BPM: {_tracks(count)}"


def _edge(bpm: float) -> str:
    return "" if math.isinf(bpm) else f"{bpm:g}"


def _tracks(count: int) -> str:
    return "1 track" if count == 1 else f"{count} tracks"
