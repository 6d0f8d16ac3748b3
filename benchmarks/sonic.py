"""What the sonic features cost, and whether they hear what belongs together.

    python benchmarks/sonic.py FOLDER... [--limit N] [--windowed] [--label REGEX] [--keep VECTORS.npz]

CPU seconds of one process, decoding and the search for beats apart. Then, over all tracks: dimensions that hardly vary
(quartiles alike) or double another (correlation above 0.999); and retrieval by cosine after robust scaling of each
dimension, clipped at 3, each family weighing the same. "Own part" asks, for the start of each track, how near the top
its own end comes among all ends (mean reciprocal rank; no labels are needed; the tempo is left out). "Label" is the
mean average precision over whole tracks that share the label cut out of the path by REGEX (its first group), beside
that of shuffled labels.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edm.analysis.beats.detectors import choose_detector
from edm.analysis.bpm import hear_rhythm
from edm.audio.decode import decode
from edm.audio.files import find_tracks
from edm.dsp.warm import ensure_compiled
from edm.sonic.extract import SonicFeatures, extract
from edm.sonic.spans import SEGMENTS
from edm.sonic.spec import FAMILIES, names

SHUFFLES = 20


@dataclass(frozen=True)
class Heard:
    """One track, what it cost and what came out."""

    path: Path
    duration_s: float
    decode_s: float
    beats_s: float
    extract_s: float
    features: SonicFeatures


def hear(paths: list[Path], mode: str) -> Iterator[Heard]:
    detector, _ = choose_detector("auto", None)
    ensure_compiled(on_compile=lambda: None)
    for path in paths:
        marks = [time.process_time()]
        audio = decode(path, sample_rate=44100)
        marks.append(time.process_time())
        rhythm = hear_rhythm(audio, detector=detector)
        marks.append(time.process_time())
        features = extract(audio, tempo=rhythm.tempo, beats=rhythm.beats, mode=mode)
        marks.append(time.process_time())
        yield Heard(path, audio.duration_s, *np.diff(marks).tolist(), features)


def scaled(rows: np.ndarray, like: np.ndarray, families: list[str]) -> np.ndarray:
    """Unit vectors of `rows`: each dimension by the median and quartiles of `like`, each family of the same weight."""
    low, middle, high = np.percentile(like, [25, 50, 75], axis=0)
    z = np.clip((rows - middle) / np.maximum(high - low, 1e-9), -3, 3)
    parts = [z[:, FAMILIES[family]] for family in families]
    parts = [part / np.sqrt(part.shape[1]) for part in parts]
    joined = np.concatenate(parts, axis=1)
    return joined / np.maximum(np.linalg.norm(joined, axis=1, keepdims=True), 1e-12)


def reciprocal_rank(queries: np.ndarray, items: np.ndarray) -> float:
    alike = queries @ items.T
    own = np.diag(alike)
    return float(np.mean(1 / (1 + (alike > own[:, None]).sum(axis=1))))


def mean_average_precision(vectors: np.ndarray, labels: np.ndarray) -> float:
    alike = vectors @ vectors.T
    precisions = []
    for row, scores in enumerate(alike):
        others = np.argsort(-scores)
        others = others[others != row]
        hits = labels[others] == labels[row]
        if hits.any():
            at = np.flatnonzero(hits)
            precisions.append(np.mean(np.arange(1, len(at) + 1) / (at + 1)))
    return float(np.mean(precisions)) if precisions else float("nan")


def shuffled_map(vectors: np.ndarray, labels: np.ndarray) -> float:
    rng = np.random.default_rng(0)
    return float(np.mean([mean_average_precision(vectors, rng.permutation(labels)) for _ in range(SHUFFLES)]))


def show_dimensions(full: np.ndarray) -> None:
    low, high = np.percentile(full, [25, 75], axis=0)
    flat = [name for name, spread in zip(names(), high - low, strict=True) if spread < 1e-4]
    correlation = np.abs(np.corrcoef(full.T))
    pairs = sorted(
        ((correlation[i, j], names()[i], names()[j]) for i in range(len(names())) for j in range(i)), reverse=True
    )
    print(f"dimensions {full.shape[1]}, hardly varying {flat}, doubles {sum(pair[0] > 0.999 for pair in pairs)}")
    print("most alike: " + "; ".join(f"{a} ~ {b} {r:.4f}" for r, a, b in pairs[:6]))


def show_retrieval(by_segment: dict[str, np.ndarray], labels: np.ndarray | None) -> None:
    pool = np.concatenate([by_segment["start"], by_segment["end"]])
    chance = float(np.mean(1 / np.arange(1, len(by_segment["full"]) + 1)))
    print(f"{'families':24} own part (chance {chance:.3f})" + ("" if labels is None else "   label   shuffled"))
    # The parts of a track have its tempo in common: to find one by it is no feat.
    no_tempo = np.array([name != "rhythm.tempo" for name in names()])
    for families in [[family] for family in FAMILIES] + [list(FAMILIES)]:
        start, end = (scaled(by_segment[name] * no_tempo, pool * no_tempo, families) for name in ("start", "end"))
        line = f"{'+'.join(families) if len(families) == 1 else 'all':24} {reciprocal_rank(start, end):8.3f}"
        if labels is not None:
            full = scaled(by_segment["full"], by_segment["full"], families)
            line += f"{'':15}{mean_average_precision(full, labels):8.3f}   {shuffled_map(full, labels):8.3f}"
        print(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--windowed", action="store_true")
    parser.add_argument("--label", help="regular expression whose first group is a track's label")
    parser.add_argument("--keep", type=Path, help="file for the vectors")
    arguments = parser.parse_args()
    paths = find_tracks(arguments.folders)[: arguments.limit]
    heard = list(hear(paths, "windowed" if arguments.windowed else "auto"))
    by_segment = {name: np.stack([one.features.vectors[name] for one in heard]) for name in SEGMENTS}
    if arguments.keep:
        np.savez(arguments.keep, paths=np.array([str(one.path) for one in heard]), **by_segment)
    minutes = np.array([one.duration_s for one in heard]) / 60
    for name in ("decode_s", "beats_s", "extract_s"):
        per_minute = np.array([getattr(one, name) for one in heard]) / minutes
        print(f"{name:10} CPU s a minute: median {np.median(per_minute):.3f}, most {per_minute.max():.3f}")
    modes = [one.features.mode for one in heard]
    print(f"tracks {len(heard)}, by beats {modes.count('beat')}, windowed {modes.count('windowed')}")
    show_dimensions(by_segment["full"])
    labels = None
    if arguments.label:
        found = [re.search(arguments.label, str(path)) for path in paths]
        labels = np.array([match.group(1) if match else str(path) for match, path in zip(found, paths, strict=True)])
    show_retrieval(by_segment, labels)


if __name__ == "__main__":
    main()
