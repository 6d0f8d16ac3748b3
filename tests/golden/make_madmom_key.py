"""Write ``madmom_key.npz``: what madmom 0.16.1's key network makes of `key_signal`.

    python tests/golden/make_madmom_key.py

needs madmom with its networks. The file holds the input of the network (``bands``, every eighth frame) and the
probabilities of the keys (``probabilities``, in the order of `edm.model.keys.KEYS`); nothing of the network itself.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from golden.make_madmom_reference import _make_importable

RATE = 44100
EVERY = 8
# Minor chords on A, F, C and G, two octaves deep: semitones above A1.
_CHORDS = ((0, 12, 24, 27, 31), (8, 20, 24, 27, 32), (3, 15, 24, 27, 31), (10, 22, 26, 29, 31))


def key_signal() -> np.ndarray:
    """16 s of decaying chords and a little noise, shape (n,), int16."""
    t = np.arange(RATE) / RATE
    rng = np.random.default_rng(7)
    parts = []
    for step in range(16):
        chord = _CHORDS[step % 4]
        tones = [np.sin(2 * np.pi * 55.0 * 2 ** (note / 12) * h * t) / h for note in chord for h in range(1, 7)]
        parts.append(np.sum(tones, axis=0) * np.exp(-2 * t) + rng.normal(scale=0.05, size=RATE))
    samples = np.concatenate(parts)
    return np.rint(samples / np.abs(samples).max() * 28000).astype(np.int16)


def key_probabilities_of_madmom() -> Callable[[np.ndarray], np.ndarray]:
    """A function from samples (int16, 44.1 kHz) to probabilities in the order of `edm.model.keys.KEYS`."""
    processor = _processor()
    from madmom.audio.signal import Signal

    def probabilities(samples: np.ndarray) -> np.ndarray:
        theirs = processor(Signal(samples, sample_rate=RATE, num_channels=1))[0]
        # From A to Ab, major before minor.
        return np.roll(theirs.reshape(2, 12), 9, axis=1).ravel()

    return probabilities


def _processor():
    import scipy.ndimage

    _make_importable()
    filters = types.ModuleType("scipy.ndimage.filters")
    filters.maximum_filter, filters.minimum_filter = scipy.ndimage.maximum_filter, scipy.ndimage.minimum_filter
    sys.modules["scipy.ndimage.filters"] = filters
    from madmom.features.key import CNNKeyRecognitionProcessor

    return CNNKeyRecognitionProcessor()


def main() -> None:
    """Run madmom and write the file beside this script."""
    processor = _processor()
    from madmom.audio.signal import Signal
    from madmom.processors import SequentialProcessor

    # The network, a step for the shape of its output, and softmax come last.
    bands = SequentialProcessor(processor.processors[:-3])(Signal(key_signal(), sample_rate=RATE, num_channels=1))
    np.savez_compressed(
        Path(__file__).with_name("madmom_key.npz"),
        bands=np.asarray(bands, np.float32)[::EVERY],
        probabilities=np.asarray(key_probabilities_of_madmom()(key_signal()), np.float32),
    )


if __name__ == "__main__":
    main()
