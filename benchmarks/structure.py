"""How well sections, drops and energy are found, beside what needs no ear, and what it costs.

    python benchmarks/structure.py renders MANIFEST
    python benchmarks/structure.py charts MANIFEST
    python benchmarks/structure.py synthesised --seeds 5000:5060 [--true-grid]
    python benchmarks/structure.py cost

A MANIFEST is a CSV with ``path``, ``sections_file`` and ``downbeats_file``. ``renders``: sections are changes of the
set of instruments, labelled ``playing-SHARE``. ``charts``: sections ``gogo`` are climaxes, rows with ``constant`` 1
count, and baselines have as many marks in each track as there are drops found. Boundaries and drops are matched one to
one; the first and the last boundary do not count. ``--cache FOLDER`` keeps beats and spectra between runs.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import mir_eval
import numpy as np
from numpy.typing import NDArray

from edm.analysis.bpm import hear_rhythm
from edm.analysis.structure import analyze_structure, structure_of
from edm.analysis.structure.cues import edge_cues
from edm.analysis.structure.features import bar_features
from edm.analysis.structure.spans import Spans, spans_of
from edm.analysis.structure.spectrum import Spectrum, spectrum_of
from edm.audio.decode import decode
from edm.demo.arranged import random_track
from edm.model import Audio, BeatGrid, Beats, Structure

SLACK_S = 0.02
DROP_WINDOW_S = 3.0
Times = NDArray[np.float64]


@dataclass(frozen=True)
class Known:
    """A track as we hear it, and what is true of it."""

    name: str
    duration_s: float
    spectrum: Spectrum
    spans: Spans
    sections: list[tuple[float, float, str]]
    bar_s: float
    drops_s: list[float]
    kind: str = ""

    @property
    def boundaries_s(self) -> list[float]:
        """Beginnings of all sections but the first."""
        return [start for start, _, _ in self.sections[1:]]

    def label_at(self, times_s: Times) -> list[str]:
        """True label at each instant."""
        starts = [start for start, _, _ in self.sections]
        return [self.sections[max(i, 0)][2] for i in np.searchsorted(starts, times_s, "right") - 1]


def heard(name: str, load: Callable[[], Audio], cache: Path | None) -> dict[str, NDArray[np.generic]]:
    """Beats and spectra, from the cache where they are known."""
    path = None if cache is None else cache / f"{name}.npz"
    if path is not None and path.exists():
        with np.load(path) as known:
            return dict(known)
    audio = load()
    rhythm = hear_rhythm(audio, detector="network")
    spectrum = spectrum_of(audio.samples)
    found = {
        "times": rhythm.beats.times_s,
        "pos": rhythm.beats.positions,
        "stab": np.array(rhythm.tempo.stability),
        "dur": np.array(audio.duration_s),
        "bands": spectrum.bands,
        "pitches": spectrum.pitches,
    }
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **found)
    return found


def spectrum_in(found: dict[str, NDArray[np.generic]]) -> Spectrum:
    return Spectrum(found["bands"], 44100 / 1024, found["pitches"], 44100 / 8192)  # type: ignore[arg-type]


def spans_in(found: dict[str, NDArray[np.generic]]) -> Spans:
    verdict = "variable" if str(found["stab"]) == "variable" else "locked"
    grid = BeatGrid(None, None, None, None, None, None, verdict)  # type: ignore[arg-type]
    return spans_of(float(found["dur"]), Beats(found["times"], found["pos"]), grid)  # type: ignore[arg-type]


def real_tracks(manifest: Path, cache: Path | None, *, climaxes: bool) -> Iterator[Known]:
    """Tracks of a manifest with sections; for climaxes only those of constant tempo that have any."""
    root = manifest.parent
    with manifest.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if not row["sections_file"] or (climaxes and row["constant"] != "1"):
            continue
        lines = (root / row["sections_file"]).read_text(encoding="utf-8").splitlines()
        sections = [(float(a), float(b), label) for a, b, label in (line.split("\t") for line in lines if line)]
        drops_s = [start for start, _, label in sections if label == "gogo"]
        if climaxes and not drops_s:
            continue
        path = root / row["path"]
        folder = None if cache is None else cache / ("charts" if climaxes else "renders")
        found = heard(path.stem, partial(decode, path, sample_rate=44100), folder)
        downbeats = np.loadtxt(root / row["downbeats_file"]) if row["downbeats_file"] else np.zeros(0)
        bar_s = float(np.median(np.diff(downbeats))) if len(downbeats) > 1 else 240.0 / float(row["bpm"])
        yield Known(path.stem, float(found["dur"]), spectrum_in(found), spans_in(found), sections, bar_s, drops_s)  # type: ignore[arg-type]


def synthesised_tracks(seeds: range, cache: Path | None, *, true_grid: bool) -> Iterator[Known]:
    """Random arrangements, heard with our own beats or with the true ones."""
    for seed in seeds:
        path = None if cache is None else cache / f"{seed:05d}.npz"
        if path is not None and path.exists():
            with np.load(path) as known:
                found = dict(known)
        else:
            track = random_track(seed)
            found = heard(f"{seed:05d}", partial(Audio, track.samples, 44100, 44100), None)
            found |= {
                "sec_s": np.array([*(one.start_s for one in track.sections), track.duration_s]),
                "sec_l": np.array([one.label for one in track.sections]),
                "drops": np.array(track.drops_s),
                "kind": np.array(track.kind),
                "tbpm": np.array(track.bpm),
                "beats": track.beats_s,
            }
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                np.savez(path, **found)
        spans = spans_in(found)
        if true_grid:
            beats = Beats(found["beats"], np.arange(len(found["beats"])) % 4 + 1)  # type: ignore[arg-type]
            spans = spans_of(float(found["dur"]), beats, None)
        edges = [float(edge) for edge in found["sec_s"]]
        labels = [str(label) for label in found["sec_l"]]
        yield Known(
            f"{seed}",
            float(found["dur"]),
            spectrum_in(found),
            spans,
            list(zip(edges[:-1], edges[1:], labels, strict=True)),
            240.0 / float(found["tbpm"]),
            [float(drop) for drop in found["drops"]],
            str(found["kind"]),
        )


def hits(reference_s: Sequence[float] | Times, estimate_s: Sequence[float] | Times, window_s: float) -> Times:
    """F, precision and recall; all 1 where there is nothing to find and nothing found."""
    if len(reference_s) == 0 and len(estimate_s) == 0:
        return np.ones(3)
    if len(reference_s) == 0 or len(estimate_s) == 0:
        return np.zeros(3)
    matched = len(mir_eval.util.match_events(np.asarray(reference_s), np.asarray(estimate_s), window_s + SLACK_S))
    precision, recall = matched / len(estimate_s), matched / len(reference_s)
    return np.array([2 * precision * recall / max(precision + recall, 1e-12), precision, recall])


def starts_of(structure: Structure) -> list[float]:
    return [section.start_s for section in structure.sections[1:]]


def strongest(values: Times, count: int, edges_s: Times, *, apart: int = 4) -> Times:
    """The ``count`` edges of largest value that are four bars and more apart."""
    chosen: list[int] = []
    for edge in np.argsort(-values):
        if len(chosen) < count and all(abs(edge - other) >= apart for other in chosen):
            chosen.append(int(edge))
    return np.sort(edges_s[chosen]) if chosen else np.zeros(0)


def renders(manifest: Path, cache: Path | None) -> None:
    from scipy.stats import spearmanr

    rows, correlations = [], []
    for track in real_tracks(manifest, cache, climaxes=False):
        structure = structure_of(track.spectrum, track.spans)
        marks = np.arange(8 * track.bar_s, track.duration_s - 1, 8 * track.bar_s)
        changes = edge_cues(bar_features(track.spectrum, track.spans))[:, 1].astype(np.float64)
        estimates = {
            "sections": starts_of(structure),
            "novelty": strongest(changes, len(structure.sections) - 1, track.spans.edges_s[1:-1]),
            "marks every 8 bars": marks,
        }
        shares = [float(label.split("-")[1]) for _, _, label in track.sections]
        starts_s = structure.energy.times_s
        levels = [
            float(structure.energy.curve[(starts_s >= a - 0.1) & (starts_s < b - 0.1)].mean())
            if ((starts_s >= a - 0.1) & (starts_s < b - 0.1)).any()
            else 0.0
            for a, b, _ in track.sections
        ]
        correlations.append(float(spearmanr(levels, shares)[0]))
        rows.append(
            [
                hits(track.boundaries_s, found, bars * track.bar_s)[0]
                for found in estimates.values()
                for bars in (0.5, 1)
            ]
        )
        print(
            f"{track.name[:32]:32} {structure.kind:8} F {rows[-1][0]:.2f} {rows[-1][1]:.2f}",
            f"energy {correlations[-1]:+.2f}",
        )
    for name, (half, whole) in zip(estimates, np.mean(rows, axis=0).reshape(-1, 2), strict=True):
        print(f"{name:20} boundary F within half a bar {half:.3f}, within one bar {whole:.3f}")
    print(f"energy against the share that plays: rank correlation {np.nanmean(correlations):.3f} ({len(rows)} tracks)")


def charts(manifest: Path, cache: Path | None) -> None:
    rows, counts, kinds = [], [], []
    for track in real_tracks(manifest, cache, climaxes=True):
        structure = structure_of(track.spectrum, track.spans)
        found = [drop.time_s for drop in structure.drops]
        features, inner = bar_features(track.spectrum, track.spans), track.spans.edges_s[1:-1]
        loudness, edges = features.loudness, range(1, len(features))
        steps = np.array([loudness[i : i + 2].mean() - loudness[max(0, i - 2) : i].mean() for i in edges])
        first_s, last_s = track.sections[0][0], track.sections[-1][1]
        marks = np.arange(first_s, last_s, 8 * track.bar_s)
        some = marks[np.round(np.linspace(0, len(marks) - 1, len(found) + 2)[1:-1]).astype(int)]
        estimates = {
            "drops": found,
            "steps of loudness": strongest(steps, len(found), inner),
            "novelty": strongest(edge_cues(features)[:, 1].astype(np.float64), len(found), inner),
            "marks every 8 bars, as many": some,
            "marks every 8 bars, all": marks,
        }
        rows.append([hits(track.drops_s, times_s, DROP_WINDOW_S) for times_s in estimates.values()])
        counts.append([len(track.drops_s), len(found)])
        kinds.append(structure.kind)
        print(f"{track.name[:32]:32} {structure.kind:8} F {rows[-1][0][0]:.2f}", [round(time_s) for time_s in found])
    for name, (f, precision, recall) in zip(estimates, np.mean(rows, axis=0), strict=True):
        print(f"{name:28} F {f:.3f}, precision {precision:.3f}, recall {recall:.3f}")
    true, found_count = np.mean(counts, axis=0)
    print(
        f"{len(rows)} tracks; climaxes {true:.1f} a track, found {found_count:.1f};", {k: kinds.count(k) for k in kinds}
    )


def synthesised(seeds: range, cache: Path | None, *, true_grid: bool) -> None:
    rows, confidences, right = [], [], []
    for track in synthesised_tracks(seeds, cache, true_grid=true_grid):
        structure = structure_of(track.spectrum, track.spans)
        times_s = np.arange(0.05, track.duration_s, 0.1)
        places = np.searchsorted([one.start_s for one in structure.sections], times_s, "right") - 1
        agree = np.array([structure.sections[i].label for i in places]) == np.array(track.label_at(times_s))
        boundary = hits(track.boundaries_s, starts_of(structure), track.bar_s)
        drop = hits(track.drops_s, [one.time_s for one in structure.drops], track.bar_s)
        rows.append([*boundary, float(agree.mean()), *drop, structure.kind == track.kind])
        for number, section in enumerate(structure.sections):
            confidences.append(section.confidence)
            right.append(bool(agree[places == number].mean() > 0.5) if (places == number).any() else False)
        print(
            f"{track.name:6} {track.kind:5} {structure.kind:8} boundary {boundary[0]:.2f}",
            f"label {rows[-1][3]:.2f} drop {drop[0]:.2f}",
        )
    names = ("boundary F", "precision", "recall", "label accuracy", "drop F", "precision", "recall", "kind right")
    print(", ".join(f"{name} {value:.3f}" for name, value in zip(names, np.mean(rows, axis=0), strict=True)))
    for low in (0.0, 0.4, 0.6, 0.8):
        chosen = [r for c, r in zip(confidences, right, strict=True) if low <= c < low + 0.2 or (low == 0 and c < 0.4)]
        if chosen:
            print(f"confidence from {low:.1f}: {np.mean(chosen):.2f} of {len(chosen)} sections have the right label")


def cost() -> None:
    track = random_track(1, duration_s=240.0)
    audio = Audio(track.samples, 44100, 44100)
    rhythm = hear_rhythm(audio, detector="network")
    spent = []
    for _ in range(5):
        began = time.process_time()
        analyze_structure(audio, beats=rhythm.beats, grid=rhythm.grid)
        spent.append(time.process_time() - began)
    print(f"{audio.duration_s:.0f} s: {min(spent):.2f} to {max(spent):.2f} CPU s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["renders", "charts", "synthesised", "cost"])
    parser.add_argument("manifest", nargs="?", type=Path)
    parser.add_argument("--seeds", default="5000:5060")
    parser.add_argument("--true-grid", action="store_true")
    parser.add_argument("--cache", type=Path)
    arguments = parser.parse_args()
    if arguments.what == "cost":
        cost()
    elif arguments.what == "synthesised":
        first, stop = (int(part) for part in arguments.seeds.split(":"))
        synthesised(range(first, stop), arguments.cache, true_grid=arguments.true_grid)
    elif arguments.manifest is None:
        parser.error(f"{arguments.what} needs a manifest")
    else:
        {"renders": renders, "charts": charts}[arguments.what](arguments.manifest, arguments.cache)


if __name__ == "__main__":
    main()
