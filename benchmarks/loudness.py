"""How well the loudness of files agrees with other meters, and what it costs.

    python benchmarks/loudness.py TRACK... [--formats]

Each track is metered while it is decoded, and by FFmpeg's ebur128 and, where it is installed, by pyloudnorm on the
whole file in memory. ``--formats`` takes 20 s of each at 22.05, 44.1, 48 and 96 kHz too, and of one channel. Printed
are the largest differences, and the CPU seconds that the meter adds to decoding 4 minutes.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import tempfile
import time
import warnings
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import soundfile

from edm.audio.decode import decode
from edm.dsp.loudness_meter import LoudnessMeter
from edm.model import Loudness


def metered(path: Path) -> Loudness:
    meter = LoudnessMeter()
    decode(path, sample_rate=44100, meter=meter)
    return meter.loudness()


def by_ffmpeg(samples: np.ndarray, rate: int) -> tuple[float, float, float]:
    layout = {1: "mono", 2: "stereo"}[samples.shape[1]]
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=rate, format="flt", layout=layout, time_base=Fraction(1, rate))
    meter, sink = graph.add("ebur128", "metadata=1:peak=true"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    step, metadata = rate // 10, {}
    for start in range(0, len(samples) - step + 1, step):
        packed = np.ascontiguousarray(samples[start : start + step]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
        frame.sample_rate, frame.pts = rate, start
        graph.push(frame)
        metadata = dict(graph.pull().metadata) or metadata
    peak = max(float(value) for name, value in metadata.items() if "true_peaks_ch" in name)
    return float(metadata["lavfi.r128.I"]), float(metadata["lavfi.r128.LRA"]), 20 * float(np.log10(peak))


def by_pyloudnorm(samples: np.ndarray, rate: int) -> float:
    import pyloudnorm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(pyloudnorm.Meter(rate).integrated_loudness(samples.astype(np.float64)))


def formats(path: Path, folder: Path) -> list[Path]:
    """The track in other rates and as one channel, 20 s each."""
    import soxr

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    samples = samples[20 * rate : 40 * rate]
    written = []
    for wanted in (22050, 44100, 48000, 96000):
        converted = soxr.resample(samples, rate, wanted)
        for name, part in (("stereo", converted), ("mono", converted[:, 0])):
            written.append(folder / f"{path.stem}.{wanted}.{name}.wav")
            soundfile.write(written[-1], part, wanted, subtype="FLOAT")
    return written


def cost(path: Path) -> tuple[float, float]:
    """CPU seconds of decoding without and with the meter, for 4 minutes."""
    seconds = []
    for meter in (None, LoudnessMeter()):
        began = time.process_time()
        audio = decode(path, sample_rate=44100, meter=meter)
        seconds.append((time.process_time() - began) * 240 / audio.duration_s)
    return seconds[0], seconds[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--formats", action="store_true")
    arguments = parser.parse_args()
    has_pyloudnorm = importlib.util.find_spec("pyloudnorm") is not None
    differences: dict[str, list[float]] = {
        "pyloudnorm LUFS": [],
        "FFmpeg LUFS": [],
        "FFmpeg LRA": [],
        "FFmpeg peak": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        paths = list(arguments.paths)
        if arguments.formats:
            paths += [made for path in arguments.paths for made in formats(path, Path(folder))]
        for path in paths:
            ours = metered(path)
            samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
            integrated, span, peak = by_ffmpeg(samples, rate)
            differences["FFmpeg LUFS"].append(ours.integrated_lufs - integrated)
            differences["FFmpeg LRA"].append(ours.range_lu - span)
            differences["FFmpeg peak"].append(ours.true_peak_dbtp - peak)
            if has_pyloudnorm:
                differences["pyloudnorm LUFS"].append(ours.integrated_lufs - by_pyloudnorm(samples, rate))
    for name, values in differences.items():
        if values:
            low, high = min(values), max(values)
            print(f"{name}: {low:+.3f} to {high:+.3f}, median {statistics.median(values):+.3f} ({len(values)} files)")
    pairs = [cost(path) for path in arguments.paths]
    added = [with_meter - without for without, with_meter in pairs]
    print(f"4 minutes: decoding {statistics.median(p[0] for p in pairs):.2f} CPU s, the meter adds")
    print(f"{statistics.median(added):.2f} (median of {len(added)}, most {max(added):.2f})")


if __name__ == "__main__":
    main()
