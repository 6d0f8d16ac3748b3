"""A transition between two tracks, part by part, with the words that explain it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from edm.model import FloatArray
from edm.model.keys import KEYS, KeyRelation, format_key, parse_key, transposed
from edm.playlist.scores import (
    KEY_SCORES,
    UNKNOWN,
    Side,
    Tempo,
    Weights,
    energy_scores,
    key_scores,
    relation_of,
    side,
    sound_by_family,
    tempo_between,
    tempo_scores,
)
from edm.playlist.space import NO_KEY, Rows, Space

__all__ = ["Pairs", "Transition", "pair_scores", "transition", "transitions"]

_WORDS = {"rhythm": "groove", "all": "sound"}
"""What families of features are called before people, where not by their own name."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Scores of pairs, row by row; arrays of shape (m,).

    Attributes
    ----------
    score
        0..1.
    parts
        0..1 by name: families of sound, ``sonic`` (these together), ``genre``, ``tempo``, ``key``, ``energy``.
    tempo
        What the second tracks are pitched by.
    relations
        Places in `KEY_SCORES`, or -1.
    """

    score: FloatArray
    parts: Mapping[str, FloatArray]
    tempo: Tempo
    relations: Rows


@dataclass(frozen=True, slots=True)
class Transition:
    """From the end of one track to the start of another.

    Attributes
    ----------
    first, second
        Rows of the space.
    score
        0..1, all parts by their weights.
    sound
        0..1 by family (``groove``, ``timbre``, ``harmony``, ``loudness``; ``sound`` where families are mixed): 1 the
        same, 0.5 no relation.
    parts
        0..1: ``sonic`` (families together), ``genre``, ``tempo``, ``key``, ``energy``; 0.5 where not known.
    stretch_pct
        How much faster the second track must be played; None where a tempo is not known.
    octave
        ``double`` or ``half``: what the second track's tempo counts as beside the first's; None for neither.
    shift_semitones
        By which the pitch of the second moves with that; None as above.
    key_relation
        After that shift, rounded to semitones; None where a key is not known.
    keys
        Of both, in Camelot notation, as they are before the shift; None where not known.
    energy_step
        Levels up or down; None where not known.
    """

    first: int
    second: int
    score: float
    sound: Mapping[str, float]
    parts: Mapping[str, float]
    stretch_pct: float | None
    octave: Literal["half", "double"] | None
    shift_semitones: float | None
    key_relation: KeyRelation | None
    keys: tuple[str | None, str | None]
    energy_step: float | None

    @property
    def pitched_key(self) -> str | None:
        """Key of the second after the shift, rounded to semitones, in Camelot notation; None where not known."""
        key = parse_key(self.keys[1] or "")
        return None if key is None else format_key(transposed(key, round(self.shift_semitones or 0.0)), "camelot")

    @property
    def reason(self) -> str:
        """In one line: ``+0.8 % pitch, 8A→9A, groove .93, energy +1``.

        Keys are those that sound: ``−5.4 % pitch, 10B→10A (5A pitched)`` where the pitch moves the second one.
        """
        return ", ".join(
            part for part in (self._tempo(), self._key(), self._sound(), self._genre(), self._energy()) if part
        )

    def _tempo(self) -> str:
        if self.stretch_pct is None:
            return "tempo unknown"
        pitch = f"{_signed(self.stretch_pct, 1)} % pitch" if abs(self.stretch_pct) >= 0.05 else "same tempo"
        return f"{pitch} in {self.octave} time" if self.octave else pitch

    def _key(self) -> str:
        before, after = self.keys
        if before is None or after is None:
            return ""
        return f"{before}→{self.pitched_key}" + ("" if self.pitched_key == after else f" ({after} pitched)")

    def _sound(self) -> str:
        # What dancers follow; else all there is.
        name = next((family for family in ("groove", "sound") if family in self.sound), None)
        return f"{name} {_fraction(self.sound[name])}" if name else f"sound {_fraction(self.parts['sonic'])}"

    def _genre(self) -> str:
        known = self.parts.get("genre")
        return "" if known is None else f"genre {_fraction(known)}"

    def _energy(self) -> str:
        if self.energy_step is None:
            return ""
        return f"energy {_signed(self.energy_step, 0)}" if round(self.energy_step) else "energy level"


def pair_scores(space: Space, weights: Weights, first: Side, second: Side) -> Pairs:
    """Scores of pairs row by row, equal to those of `edm.playlist.scores.cross_scores`.

    Parameters
    ----------
    weights
        As `Weights.of` gives them.
    first, second
        As many of each: ends, and starts.
    """
    sound = sound_by_family(space, first, second)
    sonic = np.zeros(len(first), dtype=np.float32)
    for name, share in space.shares.items():
        sonic += np.float32(share) * sound[name]
    alike = np.einsum("ij,ij->i", first.genre, second.genre)
    tempo = tempo_between(first.octaves, second.octaves)
    parts = {
        **sound,
        "sonic": sonic,
        "genre": np.where(first.has_genre & second.has_genre, alike, np.float32(UNKNOWN)).clip(0.0, 1.0),
        "tempo": tempo_scores(tempo),
        "key": key_scores(first.key, second.key, tempo),
        "energy": energy_scores(first.energy, second.energy, first.edge_energy, second.edge_energy),
    }
    score = sum(
        np.float32(getattr(weights, name)) * parts[name] for name in ("genre", "sonic", "tempo", "key", "energy")
    )
    return Pairs(
        np.asarray(score / np.float32(weights.total)),
        parts,
        tempo,
        relation_of(first.key, second.key, tempo).astype(np.intp),
    )


def transition(space: Space, first: int, second: int, *, weights: Weights | None = None) -> Transition:
    """The transition from the end of `first` to the start of `second`.

    Raises
    ------
    InputError
        If there is no such track.
    """
    return transitions(space, [first], [second], weights=weights)[0]


def transitions(
    space: Space, first: list[int], second: list[int], *, weights: Weights | None = None
) -> list[Transition]:
    """One transition for each pair of rows.

    Raises
    ------
    InputError
        If there is no such track.
    """
    for row in (*first, *second):
        space.check_row(row)
    before, after = np.array(first, dtype=np.intp), np.array(second, dtype=np.intp)
    used = (weights or Weights()).of(space)
    pairs = pair_scores(space, used, side(space, before, "end"), side(space, after, "start"))
    names = tuple(KEY_SCORES)
    found: list[Transition] = []
    for place, (a, b) in enumerate(zip(first, second, strict=True)):
        shift = float(pairs.tempo.semitones[place])
        known = bool(np.isfinite(shift))
        octave = int(pairs.tempo.octave[place]) if known else 0
        relation = int(pairs.relations[place])
        step = float(space.energy[b] - space.energy[a])
        shown = {name: float(values[place]) for name, values in pairs.parts.items()}
        if not space.has_genres:
            del shown["genre"]
        found.append(
            Transition(
                first=a,
                second=b,
                score=float(pairs.score[place]),
                sound={_WORDS.get(name, name): shown.pop(name) for name in space.families},
                parts=shown,
                stretch_pct=float(pairs.tempo.stretch_pct[place]) if known else None,
                octave=None if not octave else "double" if octave > 0 else "half",
                shift_semitones=shift if known else None,
                key_relation=names[relation] if relation >= 0 else None,
                keys=(_camelot(int(space.key[a])), _camelot(int(space.key[b]))),
                energy_step=step if np.isfinite(step) else None,
            )
        )
    return found


def _camelot(code: int) -> str | None:
    return None if code == NO_KEY else format_key(KEYS[code], "camelot")


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")


def _fraction(value: float) -> str:
    return "1.0" if value >= 0.995 else f"{value:.2f}".removeprefix("0")
