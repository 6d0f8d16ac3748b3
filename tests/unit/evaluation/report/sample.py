"""Documents as `edm evaluate` makes them, of invented tracks with the names that real libraries have.

All rows and summaries are scored by the package, but for the beat rows, which are drawn.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from edm.evaluation.annotation import AnnotatedSection, Annotation
from edm.evaluation.bootstrap import CONFIDENCE_LEVEL, RESAMPLES
from edm.evaluation.calibration import calibrate
from edm.evaluation.cases import Case, key_row, structure_row
from edm.evaluation.confusion import confusion, confusion_matrix
from edm.evaluation.document import score_document
from edm.evaluation.metrics import METRICS, Task
from edm.evaluation.summary import break_down, rounded, score_columns, summarise, summary_record
from edm.evaluation.tempo import (
    TEMPO_BANDS,
    error_histogram,
    score_tempo,
    signed_error,
    tempo_band,
    tolerance_curve,
)
from edm.model.keys import KEYS

ODD_NAMES = (
    "<script>alert('beat')</script>.mp3",
    'quote" onload="alert(1).flac',
    "pipes | in || a ` name ``.mp3",
    "two\nlines\r\nand\ttabs.mp3",
    "🎛️ ünïcode — 高橋.flac",
    "right\u202eto left.mp3",
    "_under_ *star* [link](x) & &amp; <b>.wav",
    "a very long name " + "that goes on and on " * 12 + ".aiff",
    "aWordWithoutBlanks" * 14 + ".mp3",
    "{{ 7 * 7 }} {% raw %}.mp3",
)
GENRES = ("techno", "drum & bass", "psytrance <170", "ambient|drone", "")
_RESAMPLES = 50
_GATES: dict[Task, tuple[str, float]] = {
    "bpm": ("accuracy1", 0.95),
    "beats": ("f_measure", 0.8),
    "structure": ("boundary_f_3s", 0.95),
    "key": ("key_weighted", 0.8),
}


def sample(
    task: Task, *, tracks: int = 60, seed: int = 0, perfect: bool = False, resamples: int = 50
) -> dict[str, Any]:
    """A whole document; with `perfect`, every track is right to the last digit."""
    rng = np.random.default_rng(seed)
    if task in ("structure", "key"):
        of_layout = [_of_layout(task, index, rng, perfect=perfect) for index in range(tracks)]
        return score_document(of_layout, task) | _frame(task, of_layout, perfect=perfect)
    rows = [_row(task, index, rng, perfect=perfect) for index in range(tracks)]
    metrics = METRICS[task]
    columns = score_columns(rows, metrics)
    statuses = [row["status"] for row in rows]
    labels = {
        "tempo_band": [row["tempo_band"] for row in rows],
        "genre": [row["fields"]["genre"] for row in rows],
        "title": [row["fields"]["title"] for row in rows],
    }
    groups = {
        name: break_down(columns, metrics, statuses, values, order=TEMPO_BANDS, resamples=_RESAMPLES)
        for name, values in labels.items()
        if name != "title" or tracks <= 100
    }
    document: dict[str, Any] = {
        "schema_version": 1,
        "task": task,
        **summary_record(summarise(columns, metrics, statuses, resamples=_RESAMPLES), metrics),
        "groups": {
            name: {label: summary_record(part, metrics) for label, part in parts.items()}
            for name, parts in groups.items()
        },
        "shown_groups": ["tempo_band", "genre"],
    }
    if task == "bpm":
        document |= _tempo_parts(rows)
        document["summary"]["expected_calibration_error"] = (document["calibration"] or {}).get(
            "expected_calibration_error"
        )
    errors = [_octave_free(row) if task == "bpm" else row["phase_bias_ms"] for row in rows]
    limit, unit = (0.5, "bpm") if task == "bpm" else (50.0, "ms")
    document["error_histogram"] = error_histogram(errors, limit=limit, unit=unit)
    return document | _frame(task, rows, perfect=perfect)


def _of_layout(task: Task, index: int, rng: np.random.Generator, *, perfect: bool) -> dict[str, Any]:
    """A row of ``structure`` or ``key``, under the same odd names as the others."""
    common = _row("beats", index, rng, perfect=perfect)
    case = layout_case(index, rng, ok=common["status"] == "ok", perfect=perfect)
    row = structure_row(case) if task == "structure" else key_row(case)
    return row | {key: common[key] for key in row if key in common and key != "tempo_band"}


def layout_case(index: int, rng: np.random.Generator, *, ok: bool, perfect: bool) -> Case:
    """A reference of sections (every fourth is a chart's) and of a key, beside an estimate that is mostly right."""
    starts = np.cumsum(rng.integers(1, 5, 7)) * 16.0
    names = [str(name) for name in rng.choice(["intro", "Chorus 1", "bridge", "drop", "???"], 6)]
    if index % 4 == 3:
        names = ["gogo", "other"] * 3
    sections = tuple(AnnotatedSection(*pair, name) for *pair, name in zip(starts[:-1], starts[1:], names, strict=True))
    key = KEYS[int(rng.integers(len(KEYS)))]
    reference = Annotation("a", "row 2", Path(), bpm=120.0, sections=sections, key=key)
    said = dataclasses.replace(reference, key_runner_up=KEYS[index % len(KEYS)], key_confidence=float(rng.beta(6, 2)))
    if not perfect:
        moved = tuple(dataclasses.replace(one, label="drop") for one in sections[::2])
        wrong = KEYS[int(rng.integers(len(KEYS)))]
        said = dataclasses.replace(said, sections=moved, key=wrong if rng.uniform() < 0.3 else key)
    return Case(reference, "manifest.csv", estimate=said if ok else None)


def _row(task: Task, index: int, rng: np.random.Generator, *, perfect: bool) -> dict[str, Any]:
    odd = index < len(ODD_NAMES)
    name = ODD_NAMES[index] if odd else f"crates/{index // 20:02}/track {index:05}.mp3"
    status = "ok"
    if not perfect:
        status = {3: "failed", 17: "failed", 23: "missing"}.get(index % 60, "ok")
    reference = float(np.round(rng.choice([90, 110, 124, 128, 140, 150, 174, 185]) + rng.normal(0, 1), 3))
    row: dict[str, Any] = {
        "path": name,
        "reference": "manifest.csv",
        "audio": None if status == "missing" else f"music/{name}",
        "status": status,
        "error": None,
        "fallback": "the network is not installed" if index == 5 else None,
        "fields": {"genre": GENRES[index % len(GENRES)], "title": f"<i>{name}</i>"},
        "tempo_band": tempo_band(reference),
        "duration_s": None if index == 6 else float(np.round(rng.uniform(180, 480), 3)),
        "reference_bpm": reference,
    }
    if status == "failed":
        row["error"] = {
            "type": "DecodeError",
            "message": f"{name}: <no> decoder | takes it",
            "hint": "convert it" if index % 2 else None,
        }
    return row | (_tempo(row, index, rng, perfect=perfect) if task == "bpm" else _beats(row, rng, perfect=perfect))


def _tempo(row: dict[str, Any], index: int, rng: np.random.Generator, *, perfect: bool) -> dict[str, Any]:
    reference, estimate = row["reference_bpm"], None
    kind, noise, sure = rng.uniform(), rng.normal(0, 1), float(np.round(rng.beta(8, 1.5), 6))
    if row["status"] == "ok" and (perfect or index % 60 != 29):
        ratio = 1.0 if kind < 0.85 else float(rng.choice([0.5, 2.0, 2 / 3, 4 / 3, 1.21, 3.0]))
        spread = 0.003 if kind < 0.7 else 0.2
        estimate = reference if perfect else round(reference * ratio + noise * spread, 6)
    scores = score_tempo(reference, estimate, duration_s=row["duration_s"])
    return {
        "estimate_bpm": estimate,
        "error_bpm": None if estimate is None else round(estimate - reference, 6),
        "confusion": confusion(reference, estimate),
        "confidence": None if estimate is None or index % 4 == 3 else sure,
        "alternatives": [] if estimate is None else [{"bpm": round(estimate * 2, 6), "score": 0.25}],
        **{key: rounded(scores[key], metric) for key, metric in METRICS["bpm"].items()},
    }


def _beats(row: dict[str, Any], rng: np.random.Generator, *, perfect: bool) -> dict[str, Any]:
    good = 1.0 if perfect else float(rng.beta(9, 1))
    beats = int(rng.integers(300, 1200))
    ok = row["status"] == "ok"
    drawn = {"ms": rng.normal(2, 14), "beats": float(rng.choice([0, 0, 0, 1, -1, 2]))}
    scores = {}
    for key, metric in METRICS["beats"].items():
        share = good * (1.0 if perfect else float(rng.uniform(0.7, 1)))
        value = (share if ok else 0.0) if metric.unit == "%" else (drawn[metric.unit] * (not perfect) if ok else None)
        scores[key] = abs(value) if key == "phase_iqr_ms" and value is not None else value
    if not perfect and beats % 3 == 0:  # nobody marked the downbeats
        scores["downbeat_f_measure"] = scores["downbeat_position_error"] = None
    marked = scores["downbeat_f_measure"] is not None
    return {
        "reference_bpm": row["reference_bpm"] if beats % 5 else None,
        "tempo_band": row["tempo_band"] if beats % 5 else None,
        "reference_beats": beats,
        "estimated_beats": beats + int(rng.integers(-9, 9)) if ok else None,
        "reference_downbeats": beats // 4 if marked else None,
        "estimated_downbeats": beats // 4 if ok else None,
        "range_s": [0.5, round(0.5 + beats * 0.47, 3)],
        **{key: rounded(scores[key], metric) for key, metric in METRICS["beats"].items()},
    }


def _octave_free(row: dict[str, Any]) -> float | None:
    if row["estimate_bpm"] is None:
        return None
    return signed_error(row["reference_bpm"], row["estimate_bpm"], octave_free=True)


def _tempo_parts(rows: list[dict[str, Any]]) -> dict[str, Any]:
    def numbers(key: str) -> np.ndarray:
        return np.array([np.nan if row[key] is None else row[key] for row in rows], dtype=np.float64)

    return {
        "confusions": confusion_matrix([row["tempo_band"] for row in rows], [row["confusion"] for row in rows]),
        "tolerance_curve": tolerance_curve(numbers("reference_bpm"), numbers("estimate_bpm")),
        "calibration": calibrate(numbers("confidence"), numbers("accuracy1")),
    }


def _frame(task: Task, rows: list[dict[str, Any]], *, perfect: bool) -> dict[str, Any]:
    lost = [] if perfect else [
        {"path": "<img src=x>.wav", "origin": "manifest.csv, row 61", "reason": "no such file"},
        {"path": "a|b\n.wav", "origin": "manifest.csv, row 62", "reason": "2 files are called so: x/a, y/a"},
    ]  # fmt: skip
    gate = _GATES[task]
    return {
        "matching": {
            "references": len(rows) + len(lost) + 1,
            "selected": len(rows) + len(lost) + 1,
            "with_reference": len(rows) + len(lost),
            "matched": len(rows),
            "scored": len(rows),
            "unmatched": lost,
            "unused_estimates": lost[:1],
        },
        "gates": [{"metric": gate[0], "limit": gate[1], "value": 0.9, "passed": gate[1] <= 0.9}],
        "tracks": rows,
        "settings": {
            "reference": ["sets/manifest.csv"],
            "source": None,
            "estimates": None,
            "detector": "network",
            "tolerance": 0.04,
            "trim_s": 0.0,
            "seed": 0,
            "sample_size": None,
            "where": [],
            "group_by": [],
            "min_bpm": None,
            "max_bpm": None,
            "confidence_level": CONFIDENCE_LEVEL,
            "resamples": RESAMPLES,
        },
        "detector": {"name": "network", "version": 1, "fallback": None},
        "weights": {"origin": "madmom", "commit": "7e3d", "sha256": "ab" * 32},
        "versions": {"edm": "0.1.0", "python": "3.11.9", "numpy": "2.4.0"},
        "git": {"commit": "524e3b0", "dirty": True},
        "run": {"started": "2026-01-31T12:00:00+00:00", "elapsed_s": 12.3, "workers": 2},
    }
