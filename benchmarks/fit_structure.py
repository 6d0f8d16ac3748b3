"""Weights of what speaks for boundaries, labels and kinds, printed as ``src/edm/analysis/structure/weights.py``.

    python benchmarks/fit_structure.py RENDERS_MANIFEST CHARTS_MANIFEST [--seeds 0:160] [--cache FOLDER] [--folds]

Boundaries: a logistic model of the edges of the renders, and of synthesised songs and club tracks with less weight
(there, more instruments inside a section are no boundary). Labels of a dance floor: a multinomial model of the bars of
synthesised club tracks; bars of the charts take part with two fifths of the weight, where all that is known is whether
they belong to a climax. Labels of a song, and the kind: synthesised tracks only.

With ``--folds`` the models are also fitted without parts of the real tracks, which are then judged by them.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from edm.analysis.structure import structure_of, weights
from edm.analysis.structure.context import CONTEXT, bar_context
from edm.analysis.structure.cues import CUES, edge_cues
from edm.analysis.structure.energy import energy_of
from edm.analysis.structure.features import bar_features
from edm.analysis.structure.kinds import SIGNS, signs_of
from edm.analysis.structure.labels import CLUB_LABELS, SONG_LABELS, club_evidence
from structure import DROP_WINDOW_S, Known, hits, real_tracks, starts_of, synthesised_tracks

Matrix = NDArray[np.float64]

EDGE_PENALTY, LABEL_PENALTY, KIND_PENALTY = 0.003, 0.003, 0.02
RENDER_WEIGHT = 2
CHART_WEIGHT = 0.4
SONG_TRACKS = 20  # for the boundaries
FOLDS = 10


@dataclass
class Case:
    """A track, its cues, and what is true of its edges and bars."""

    track: Known
    cues: Matrix
    is_boundary: Matrix
    context: Matrix
    labels: list[str]


def case_of(track: Known) -> Case:
    features = bar_features(track.spectrum, track.spans)
    inner = track.spans.edges_s[1:-1]
    is_boundary = np.zeros(len(inner))
    for boundary_s in track.boundaries_s:
        nearest = int(np.argmin(np.abs(inner - boundary_s)))
        if abs(inner[nearest] - boundary_s) <= 0.75 * track.bar_s:
            is_boundary[nearest] = 1
    middles_s = (track.spans.edges_s[1:] + track.spans.edges_s[:-1]) / 2
    context = bar_context(features, energy_of(features, track.spans).curve)
    cues = edge_cues(features).astype(np.float64)
    return Case(track, cues, is_boundary, context, track.label_at(middles_s))


def fit_edges(cases: list[Case]) -> tuple[dict[str, float], float]:
    cues = np.concatenate([case.cues for case in cases])
    truth = np.concatenate([case.is_boundary for case in cases])
    counts = np.concatenate([np.full(len(case.cues), 60.0 / len(case.cues)) for case in cases])
    return fit_logistic(cues, truth, counts, CUES, EDGE_PENALTY)


def fit_logistic(
    values: Matrix, truth: Matrix, counts: Matrix, names: tuple[str, ...], penalty: float
) -> tuple[dict[str, float], float]:
    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    scaled = np.c_[(values - mean) / scale, np.ones(len(values))]

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        z = scaled @ weights
        excess = counts * (1 / (1 + np.exp(-z)) - truth) / counts.sum()
        rest = np.append(weights[:-1], 0.0)
        value = float((counts * (np.logaddexp(0, z) - truth * z)).sum() / counts.sum() + penalty * (rest @ rest))
        return value, scaled.T @ excess + 2 * penalty * rest

    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B").x
    return dict(zip(names, found[:-1] / scale, strict=True)), float(found[-1] - (found[:-1] * mean / scale).sum())


def log_softmax(scores: Matrix) -> Matrix:
    scores = scores - scores.max(axis=1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def fit_labels(
    cases: list[Case], labels: tuple[str, ...], charts: list[Case]
) -> tuple[dict[str, tuple[float, ...]], tuple[float, ...]]:
    """Multinomial model; of bars of charts only ``drop`` or not is known, and only where they are charted."""
    context = np.concatenate([case.context for case in cases])
    truth = np.array([labels.index(label) for case in cases for label in case.labels])
    mean, scale = context.mean(axis=0), context.std(axis=0) + 1e-6
    known = np.c_[(context - mean) / scale, np.ones(len(context))]
    partly, is_climax = np.zeros((0, known.shape[1])), np.zeros(0, dtype=bool)
    if charts:
        charted = [charted_bars(case) for case in charts]
        partly = np.concatenate([case.context[inside] for case, inside in zip(charts, charted, strict=True)])
        partly = np.c_[(partly - mean) / scale, np.ones(len(partly))]
        is_climax = np.concatenate(
            [np.array(case.labels)[inside] == "gogo" for case, inside in zip(charts, charted, strict=True)]
        )
    one_hot, drop = np.eye(len(labels)), labels.index("drop") if charts else 0

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights = flat.reshape(len(labels), -1)
        logs = log_softmax(known @ weights.T)
        value = -logs[np.arange(len(truth)), truth].sum()
        slope = (np.exp(logs) - one_hot[truth]).T @ known
        if charts:
            chances = np.exp(log_softmax(partly @ weights.T))
            is_drop = np.clip(chances[:, drop], 1e-6, 1 - 1e-6)
            value -= CHART_WEIGHT * np.where(is_climax, np.log(is_drop), np.log(1 - is_drop)).sum()
            others = chances.copy()
            others[:, drop] = 0
            others /= (1 - is_drop)[:, None]
            aim = np.where(is_climax[:, None], one_hot[drop], others)
            slope += CHART_WEIGHT * (chances - aim).T @ partly
        rest = weights.copy()
        rest[:, -1] = 0
        return (
            float(value) / len(truth) + LABEL_PENALTY * float((rest**2).sum()),
            (slope / len(truth) + 2 * LABEL_PENALTY * rest).ravel(),
        )

    start = np.zeros(len(labels) * known.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x.reshape(len(labels), -1)
    table = found[:, :-1] / scale
    bias = found[:, -1] - table @ mean
    return {name: tuple(table[:, i]) for i, name in enumerate(CONTEXT)}, tuple(bias)


def charted_bars(case: Case) -> NDArray[np.bool_]:
    middles_s = (case.track.spans.edges_s[1:] + case.track.spans.edges_s[:-1]) / 2
    return (middles_s >= case.track.sections[0][0]) & (middles_s <= case.track.sections[-1][1])


def fit_kind(cases: list[Case]) -> tuple[dict[str, float], float]:
    rows = []
    for case in cases:
        features = bar_features(case.track.spectrum, case.track.spans)
        curve = energy_of(features, case.track.spans).curve
        rows.append(signs_of(features, curve, club_evidence(case.context), case.track.spans))
    truth = np.array([float(case.track.kind == "club") for case in cases])
    return fit_logistic(np.array(rows), truth, np.ones(len(rows)), SIGNS, KIND_PENALTY)


def fit_all(renders: list[Case], charts: list[Case], made: list[Case]) -> dict[str, object]:
    """All tables of ``weights.py``, by name."""
    club = [case for case in made if case.track.kind == "club"]
    song = [case for case in made if case.track.kind == "song"]
    edge, edge_bias = fit_edges(song[:SONG_TRACKS] + renders * RENDER_WEIGHT)
    clubs, clubs_bias = fit_labels(club, CLUB_LABELS, charts)
    songs, songs_bias = fit_labels(song, SONG_LABELS, [])
    with mock.patch.multiple("edm.analysis.structure.labels", CLUB=clubs, CLUB_BIAS=clubs_bias):
        kind, kind_bias = fit_kind(made)
    return {
        "EDGE": edge, "EDGE_BIAS": edge_bias, "CLUB": clubs, "CLUB_BIAS": clubs_bias,
        "SONG": songs, "SONG_BIAS": songs_bias, "KIND": kind, "KIND_BIAS": kind_bias,
    }  # fmt: skip


def judge(found: dict[str, object], renders: list[Case], charts: list[Case]) -> tuple[list[Matrix], list[float]]:
    """Boundary F within half a bar and one bar for each render, drop F for each chart."""
    homes = {"boundaries": ("EDGE",), "labels": ("CLUB", "SONG"), "kinds": ("KIND",)}
    patches = [
        mock.patch.multiple(f"edm.analysis.structure.{home}", **{n: v for n, v in found.items() if n.startswith(names)})
        for home, names in homes.items()
    ]
    with patches[0], patches[1], patches[2]:
        boundaries, drops = [], []
        for case in renders:
            starts_s = starts_of(structure_of(case.track.spectrum, case.track.spans))
            bar_s = case.track.bar_s
            boundaries.append(np.array([hits(case.track.boundaries_s, starts_s, b * bar_s)[0] for b in (0.5, 1.0)]))
        for case in charts:
            structure = structure_of(case.track.spectrum, case.track.spans)
            drops.append(hits(case.track.drops_s, [one.time_s for one in structure.drops], DROP_WINDOW_S)[0])
    return boundaries, drops


def printed(found: dict[str, object]) -> str:
    lines = ['"""Weights of the linear models of structure; printed by ``benchmarks/fit_structure.py``."""', ""]
    lines += ["from __future__ import annotations", "", f"__all__ = {sorted(found)!r}".replace("'", '"'), ""]
    lines += ["# fmt: off"]
    for name, value in found.items():
        if not isinstance(value, dict):
            kind = "tuple[float, ...]" if isinstance(value, tuple) else "float"
            lines.append(f"{name}: {kind} = {number(value)}")
            continue
        kind = "tuple[float, ...]" if isinstance(next(iter(value.values())), tuple) else "float"
        lines += [f"{name}: dict[str, {kind}] = {{", *(f'    "{k}": {number(v)},' for k, v in value.items()), "}"]
    return "\n".join([*lines, "# fmt: on", ""])


def number(value: object) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(f"{part:.3f}" for part in value) + ")"
    return f"{float(value):.4f}"  # type: ignore[arg-type]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("renders", type=Path)
    parser.add_argument("charts", type=Path)
    parser.add_argument("--seeds", default="0:160")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--folds", action="store_true")
    arguments = parser.parse_args()
    first, stop = (int(part) for part in arguments.seeds.split(":"))
    made_cache = None if arguments.cache is None else arguments.cache / "synth"
    made = [case_of(track) for track in synthesised_tracks(range(first, stop), made_cache, true_grid=False)]
    renders = [case_of(track) for track in real_tracks(arguments.renders, arguments.cache, climaxes=False)]
    charts = [case_of(track) for track in real_tracks(arguments.charts, arguments.cache, climaxes=True)]
    found = fit_all(renders, charts, made)
    Path(weights.__file__).write_text(printed(found), encoding="utf-8")
    if arguments.folds:
        boundaries, drops = [], []
        for fold in range(FOLDS):
            kept = [[c for i, c in enumerate(cases) if i % FOLDS != fold] for cases in (renders, charts)]
            out = [[c for i, c in enumerate(cases) if i % FOLDS == fold] for cases in (renders, charts)]
            some, more = judge(fit_all(kept[0], kept[1], made), out[0], out[1])
            boundaries += some
            drops += more
        half, whole = np.mean(boundaries, axis=0)
        print(
            f"left out: boundary F within half a bar {half:.3f}, within one bar {whole:.3f};",
            f"drop F {np.mean(drops):.3f}",
        )


if __name__ == "__main__":
    main()
