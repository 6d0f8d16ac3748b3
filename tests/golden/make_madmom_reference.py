"""Write ``madmom_reference.npz``: what madmom 0.16.1 itself makes of `reference_signal`.

    python tests/golden/make_madmom_reference.py

needs madmom with its networks. The file holds features of some frames (``downbeat_features``, ``beat_features``, in
the order of ``frames``) and activations of all frames (``downbeat_activations``: beat, downbeat;
``beat_activations``); nothing of the networks themselves.
"""

from __future__ import annotations

import collections
import collections.abc
import sys
import types
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from golden.reference_signal import reference_signal

# The ends, where windows reach beyond the signal, and attacks, and what lies between.
FRAMES = (0, 1, 2, 3, 5, 47, 48, 94, 95, 141, 187, 188, 250, 331, 397, 398)


def _make_importable() -> None:
    """madmom 0.16.1 was written for an older Python and an older numpy."""
    for name in ("MutableSequence", "Sequence", "Iterable", "Mapping", "MutableMapping", "Callable"):
        setattr(collections, name, getattr(collections.abc, name))
    for name in ("float", "int", "bool", "object", "complex"):
        if name not in vars(np):
            setattr(np, name, {"float": float, "int": int, "bool": bool, "object": object, "complex": complex}[name])
    packages = types.ModuleType("pkg_resources")
    packages.get_distribution = lambda name: types.SimpleNamespace(version="0.16.1")
    sys.modules.setdefault("pkg_resources", packages)


def main() -> None:
    """Run madmom and write the file beside this script."""
    _make_importable()
    from madmom.audio.signal import Signal
    from madmom.features.beats import RNNBeatProcessor
    from madmom.features.downbeats import RNNDownBeatProcessor

    arrays = {"frames": np.array(FRAMES)}
    for name, processor in (("downbeat", RNNDownBeatProcessor()), ("beat", RNNBeatProcessor())):
        signal = Signal(reference_signal(), sample_rate=44100, num_channels=1)
        arrays[f"{name}_activations"] = np.asarray(processor(signal), np.float32)
        arrays[f"{name}_features"] = np.asarray(_features(processor)(signal), np.float32)[list(FRAMES)]
    np.savez_compressed(Path(__file__).with_name("madmom_reference.npz"), **arrays)


def _features(processor):
    """Everything before the networks."""
    from madmom.ml.nn import NeuralNetworkEnsemble
    from madmom.processors import SequentialProcessor

    steps = []
    for step in processor.processors:
        if isinstance(step, NeuralNetworkEnsemble):
            break
        steps.append(step)
    return SequentialProcessor(steps)


if __name__ == "__main__":
    main()
