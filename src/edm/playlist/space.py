"""What a search for tracks looks at: the columns of the matrices, and nothing else of the library.

Rows are tracks, as in `edm.artifacts.matrices`. Arrays may lie on disk: whoever needs few rows takes few, whoever needs
all goes through them in blocks. Keys are numbers here: places in `edm.model.keys.KEYS`, `NO_KEY` where none is known.

Offers `Space`, `space_of`, and the lengths of sound vectors family by family (`unit_families`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edm.artifacts.matrices import Matrices
from edm.artifacts.scaling import FAMILY_WEIGHTS
from edm.artifacts.text import TextColumn
from edm.errors import InputError
from edm.model import FloatArray, TimeArray
from edm.model.keys import KEYS, parse_key

__all__ = ["NO_KEY", "Rows", "Space", "key_codes", "space_of", "unit_families"]

Rows = NDArray[np.intp]

NO_KEY = len(KEYS)
_PLACES = {key: place for place, key in enumerate(KEYS)}


@dataclass(frozen=True, slots=True)
class Space:
    """A library as a search sees it; row i of each is one track.

    Attributes
    ----------
    full, start, end
        Sound of whole tracks and of their first and last parts, shape (n, k), scaled alike.
    families
        Columns of these by family, in order, without gaps.
    lengths
        Length of each family's part in every row that is not zero there; None where rows differ in that.
    genre
        Shape (n, g), >= 0, rows of length 1, or 0 where nothing is known; g may be 0.
    bpm
        Shape (n,), above 0; NaN where not known.
    key
        Shape (n,), places in `edm.model.keys.KEYS`, or `NO_KEY`.
    energy
        Shape (n,), 1..10; NaN where not known.
    energy_start, energy_end
        Shape (n,), 0..1 against the rest of the track; NaN where not known.
    duration_s
        Shape (n,); NaN where not known.
    artists, titles
        n of each, empty where not known.

    Raises
    ------
    InputError
        If columns differ in length.
    """

    full: FloatArray
    start: FloatArray
    end: FloatArray
    families: Mapping[str, slice]
    lengths: Mapping[str, float] | None
    genre: FloatArray
    bpm: TimeArray
    key: NDArray[np.int8]
    energy: TimeArray
    energy_start: TimeArray
    energy_end: TimeArray
    duration_s: TimeArray
    artists: TextColumn | Sequence[str]
    titles: TextColumn | Sequence[str]

    def __post_init__(self) -> None:
        n = len(self.full)
        for name in self.__slots__:
            value = getattr(self, name)
            if name not in ("families", "lengths") and len(value) != n:
                raise InputError(f"{n} tracks have {len(value)} values of {name}")

    def __len__(self) -> int:
        return len(self.full)

    @property
    def has_genres(self) -> bool:
        """Whether the library has genres at all."""
        return bool(self.genre.shape[1])

    @property
    def shares(self) -> dict[str, float]:
        """What each family counts for, together 1: all alike but loudness, as in `FAMILY_WEIGHTS`."""
        weights = {name: FAMILY_WEIGHTS.get(name, 1.0) for name in self.families}
        total = sum(weights.values()) or 1.0
        return {name: weight / total for name, weight in weights.items()}

    def take(self, rows: Rows) -> Space:
        """A space of some tracks, copied."""
        columns: dict[str, Any] = {
            name: np.asarray(getattr(self, name)[rows])
            for name in self.__slots__
            if name not in ("families", "lengths", "artists", "titles")
        }
        texts: dict[str, Any] = {
            name: [getattr(self, name)[row] for row in rows.tolist()] for name in ("artists", "titles")
        }
        return Space(families=self.families, lengths=self.lengths, **columns, **texts)

    def check_row(self, row: int) -> None:
        """Check that there is such a track.

        Raises
        ------
        InputError
            If there is not.
        """
        if not 0 <= row < len(self):
            raise InputError(f"there is no track {row} among {len(self)}")


def space_of(matrices: Matrices) -> Space:
    """The matrices as a search sees them; nothing is copied but the keys."""
    scaling = matrices.scaling
    lengths = {block.name: float(block.weight) for block in scaling.blocks} if scaling.unit else None
    return Space(
        full=matrices.X_sonic,
        start=matrices.X_sonic_start,
        end=matrices.X_sonic_end,
        families=dict(matrices.sonic_families),
        lengths=lengths,
        genre=matrices.X_genre_smoothed,
        bpm=matrices.bpm,
        key=key_codes(matrices.key.tolist()),
        energy=matrices.energy,
        energy_start=matrices.energy_start,
        energy_end=matrices.energy_end,
        duration_s=matrices.duration_s,
        artists=matrices.track_artists,
        titles=matrices.track_titles,
    )


def key_codes(texts: Sequence[str]) -> NDArray[np.int8]:
    """Keys as numbers, shape (n,); `NO_KEY` for a text that names none."""
    known: dict[str, int] = {}
    for text in set(texts):
        key = parse_key(text)
        known[text] = NO_KEY if key is None else _PLACES[key]
    return np.fromiter((known[text] for text in texts), dtype=np.int8, count=len(texts))


def unit_families(space: Space, X: FloatArray) -> FloatArray:
    """Rows of sound in which each family has length 1 (or 0), a copy of shape (m, k)."""
    out = np.array(X, dtype=np.float32)
    for part in space.families.values():
        block = out[:, part]
        lengths = np.sqrt(np.einsum("ij,ij->i", block, block))[:, None]
        out[:, part] = np.divide(block, lengths, out=np.zeros_like(block), where=lengths > 0)
    return out
