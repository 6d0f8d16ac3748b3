"""A transition number by number: what each part of it is, counts for and gives, and which rules it keeps."""

from __future__ import annotations

from typing import Any

from edm.pipeline.playlist import Collection
from edm.pipeline.playlist_records import track_record, transition_record
from edm.playlist.pool import drawn_levels
from edm.playlist.request import Request
from edm.playlist.transition import Transition, transition

__all__ = ["explain_record"]

_PARTS = ("genre", "sonic", "tempo", "key", "energy")


def explain_record(collection: Collection, first: int, second: int, request: Request) -> dict[str, Any]:
    """The transition from the track in row `first` to the one in row `second`, ready for JSON.

    ``parts``: name, value (0..1), share (of the whole, 0..1), gives (their product; together the score), and of which
    part it is a part; ``rules``: those between two tracks, whether they are kept, and by what.
    """
    space = collection.space
    edge = transition(space, first, second, weights=request.weights)
    weights = request.weights.of(space)
    parts: list[dict[str, Any]] = []
    for name in _PARTS:
        share = getattr(weights, name) / weights.total
        if name not in edge.parts or not share:
            continue
        parts.append(_part(name, edge.parts[name], share, None, _note(edge, name)))
        if name == "sonic":
            for family, value in zip(space.families, edge.sound.values(), strict=True):
                parts.append(_part(family, value, share * space.shares[family], "sonic", ""))
    return {
        "first": track_record(collection, first),
        "second": track_record(collection, second),
        "transition": transition_record(edge),
        "parts": parts,
        "rules": _rules(collection, edge, request),
    }


def _part(name: str, value: float, share: float, of: str | None, note: str) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value, 4),
        "share": round(share, 4),
        "gives": round(value * share, 4),
        "of": of,
        "note": note,
    }


def _note(edge: Transition, name: str) -> str:
    if name == "sonic":
        return "end of the first, start of the second"
    if name == "tempo":
        if edge.stretch_pct is None or edge.shift_semitones is None:
            return "a tempo is not known"
        note = f"{edge.stretch_pct:+.2f} %, {edge.shift_semitones:+.2f} semitones".replace("-", "−")
        return f"{note}, in {edge.octave} time" if edge.octave else note
    if name == "key":
        if edge.key_relation is None:
            return "a key is not known"
        moved = edge.shift_semitones is not None and round(edge.shift_semitones) != 0
        return f"{edge.key_relation.replace('_', ' ')}{' after pitching' if moved else ''}"
    if name == "energy" and edge.energy_step is not None:
        if not round(edge.energy_step):
            return "the same level"
        return f"{edge.energy_step:+.0f} of ten levels".replace("-", "−")
    return ""


def _rules(collection: Collection, edge: Transition, request: Request) -> list[dict[str, Any]]:
    rules = request.rules
    levels = drawn_levels(collection.space, request.weights.of(collection.space), rules, seed=request.seed)
    found = [
        {
            "rule": "floor",
            "kept": edge.score >= levels.floor - 1e-5,
            "why": f"mode {rules.mode} wants a score of at least {levels.floor:.2f} in this library",
        }
    ]
    if rules.max_stretch_pct is not None:
        kept = edge.stretch_pct is not None and abs(edge.stretch_pct) <= rules.max_stretch_pct + 1e-3
        found.append({"rule": "max_stretch", "kept": kept, "why": f"at most {rules.max_stretch_pct:g} %"})
    allowed = rules.allowed_relations
    if allowed is not None:
        names = ", ".join(sorted(relation.replace("_", " ") for relation in allowed))
        found.append(
            {"rule": "key_rule", "kept": edge.key_relation in allowed, "why": f"{rules.key_rule} allows {names}"}
        )
    return found
