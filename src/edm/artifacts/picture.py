"""What each space finds, as a picture: one SVG that stands alone or in a page, by day and by night."""

from __future__ import annotations

from html import escape

from edm.artifacts.check import CheckReport
from edm.artifacts.retrieval import RECALL_AT

__all__ = ["draw_check"]

# In units of the viewBox, about a pixel each on a screen.
_WIDTH, _NAMES, _FIGURES = 720, 118, 100
_BAR, _GAP, _HEAD, _FOOT = 13, 14, 30, 34
_STYLE = (
    ".edm-check{--ink:#1f2430;--faint:#d8dbe2;--map:#2f6fb0;--recall:#8fb8de;--chance:#c2410c;color-scheme:light dark}"
    "@media(prefers-color-scheme:dark){.edm-check{--ink:#e6e8ee;--faint:#3c4252;--map:#7db4ee;--recall:#3f6a95;"
    "--chance:#fb923c}}"
    ".edm-check text{font:11px system-ui,sans-serif;fill:var(--ink)}.edm-check .head{font-weight:600}"
    ".edm-check .map{fill:var(--map)}.edm-check .recall{fill:var(--recall)}"
    ".edm-check .grid{stroke:var(--faint)}.edm-check .chance{stroke:var(--chance);stroke-width:2}"
)


def draw_check(report: CheckReport) -> str:
    """Bars of what is found, a stroke across each where chance is; a group a label, a pair of bars a variant.

    Where nothing could be looked for, the picture says so.
    """
    rows = report.retrieval
    labels = list(dict.fromkeys(row.label for row in rows))
    parts: list[str] = []
    y = float(_HEAD)
    right = _WIDTH - _FIGURES
    for label in labels:
        group = [row for row in rows if row.label == label]
        parts.append(_text(_NAMES, y, f"same {label}, {group[0].queries} tracks ask", "start", "head"))
        y += 8
        for row in group:
            pair = (("map", row.map, row.shuffled_map), ("recall", row.recall, row.shuffled_recall))
            parts.append(_text(_NAMES - 8, y + _BAR + 4, row.variant, "end"))
            for name, value, chance in pair:
                parts += _bar(name, value, chance, y, right)
                y += _BAR
            y += _GAP
        y += _HEAD - _GAP
    if not rows:
        parts.append(_text(_NAMES, y, "no two tracks share an album or an artist", "start"))
    bottom = y - _HEAD + _GAP
    lines: list[str] = []
    for step in range(0, 101, 20) if rows else ():
        x = _place(step / 100, right)
        lines.append(_line("grid", x, _HEAD + 4, x, bottom))
        parts.append(_text(x, bottom + 14, f"{step} %", "middle"))
    if rows:
        parts += _legend(bottom + _FOOT)
    height = bottom + _FOOT + 8 if rows else y + 8
    said = "; ".join(
        f"{row.variant}, same {row.label}: {_share(row.map)}, by chance {_share(row.shuffled_map)}" for row in rows
    )
    title = f"Mean average precision by variant: {said}" if rows else "Nothing to find"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="edm-check" role="img" viewBox="0 0 {_WIDTH} {_n(height)}">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>{''.join(lines + parts)}</svg>\n"
    )


def _bar(name: str, value: float, chance: float, y: float, right: float) -> list[str]:
    end, mark = _place(value, right), _place(chance, right)
    words = f"{'mean average precision' if name == 'map' else f'recall at {RECALL_AT}'}: {_share(value)}"
    return [
        f'<rect class="{name}" x="{_NAMES}" y="{_n(y)}" width="{_n(max(end - _NAMES, 1))}" height="{_BAR - 2}">'
        f"<title>{escape(f'{words}, by chance {_share(chance)}')}</title></rect>",
        _line("chance", mark, y - 1, mark, y + _BAR - 1),
        _text(max(end, mark) + 6, y + _BAR - 3, _share(value), "start"),
    ]


def _legend(y: float) -> list[str]:
    parts: list[str] = []
    x = float(_NAMES)
    for name, words, room in (("map", "mean average precision", 168), ("recall", f"recall at {RECALL_AT}", 100)):
        parts.append(f'<rect class="{name}" x="{_n(x)}" y="{_n(y - 9)}" width="12" height="10"/>')
        parts.append(_text(x + 18, y, words, "start"))
        x += room
    parts.append(_line("chance", x + 6, y - 10, x + 6, y + 2))
    parts.append(_text(x + 14, y, "labels shuffled", "start"))
    return parts


def _place(share: float, right: float) -> float:
    return _NAMES + min(max(share, 0.0), 1.0) * (right - _NAMES)


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{escape(text)}</text>'


def _share(value: float) -> str:
    return f"{value * 100:.1f} %"


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
