"""Our engine beside madmom's: features aside, the same networks on the same sound must say the same.

    python benchmarks/engine.py SAMPLE.wav... --python PYTHON

PYTHON is the interpreter of an environment in which madmom 0.16.1 runs (numpy < 1.24). SAMPLEs are mono or stereo, 16
bit, 44.1 kHz; madmom's own test samples are what the figures are for. Prints the largest difference of the activations.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from edm.analysis.beats.features import BEAT_VIEWS, DOWNBEAT_VIEWS, spectral_features
from edm.analysis.beats.network import beat_activations, plain_beat_activations
from edm.audio.decode import decode

MADMOM = """
import sys, warnings
warnings.simplefilter("ignore")
import numpy as np
from madmom.features.beats import RNNBeatProcessor
from madmom.features.downbeats import RNNDownBeatProcessor
np.savez(sys.argv[2], downbeats=RNNDownBeatProcessor()(sys.argv[1]), beats=RNNBeatProcessor()(sys.argv[1]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("samples", nargs="+", type=Path)
    parser.add_argument("--python", required=True)
    arguments = parser.parse_args()
    for sample in arguments.samples:
        with tempfile.TemporaryDirectory() as folder:
            theirs_file = Path(folder) / "madmom.npz"
            subprocess.run([arguments.python, "-c", MADMOM, str(sample), str(theirs_file)], check=True)
            theirs = dict(np.load(theirs_file))
        samples = decode(sample, sample_rate=44100).samples
        downbeats = beat_activations(spectral_features(samples, DOWNBEAT_VIEWS))
        beats = plain_beat_activations(spectral_features(samples, BEAT_VIEWS))
        print(
            f"{sample.name}: downbeat networks {np.abs(downbeats - theirs['downbeats']).max():.1e},"
            f" beat networks {np.abs(beats - theirs['beats']).max():.1e}"
        )


if __name__ == "__main__":
    main()
