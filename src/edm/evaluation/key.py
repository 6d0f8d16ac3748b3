"""Scores of one track's key: the field's, and whether a mix in the estimated key still sounds right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, get_args

from edm.errors import InputError
from edm.evaluation.metrics import KEY_METRICS
from edm.model.keys import KeyName, KeyRelation, are_compatible, key_relation

__all__ = ["KEY_RELATIONS", "KeyConfusions", "key_confusions", "relation_name", "score_key"]

KEY_RELATIONS = (*get_args(KeyRelation), "none")
"""How an estimate lies to its reference, ``same`` is right; ``none``: no estimate."""

_MODES = ("major", "minor")

# MIREX, audio key detection, since 2005; a fifth up is a right one, a fifth down is not, as in mir_eval.
_WEIGHTS: dict[str, float] = {"same": 1.0, "fifth_up": 0.5, "relative": 0.3, "parallel": 0.2}


class KeyConfusions(TypedDict):
    """Counts of tracks, a row for each mode of the reference and one for ``all``, in the order of ``relations``."""

    relations: list[str]
    rows: dict[str, list[int]]


def score_key(
    reference: KeyName, estimate: KeyName | None, *, runner_up: KeyName | None = None
) -> dict[str, float | None]:
    """All scores of one track.

    Parameters
    ----------
    reference
        The truth.
    estimate
        None, where there is none, scores 0.
    runner_up
        The estimate's second best; None where it names none.

    Returns
    -------
    dict
        A value for each key of `edm.evaluation.metrics.KEY_METRICS`. ``key_in_top2`` is None for an estimate that
        names no second: nobody knows what it would have been.
    """
    if estimate is None:
        return dict.fromkeys(KEY_METRICS, 0.0)
    right = estimate == reference
    return {
        "key_weighted": _WEIGHTS.get(key_relation(reference, estimate), 0.0),
        "key_accuracy": float(right),
        "key_compatible": float(are_compatible(reference, estimate)),
        "key_in_top2": None if runner_up is None else float(right or runner_up == reference),
        "key_tonic_accuracy": float(estimate.pitch_class == reference.pitch_class),
        "key_mode_accuracy": float(estimate.mode == reference.mode),
    }


def relation_name(reference: KeyName, estimate: KeyName | None) -> str:
    """One of `KEY_RELATIONS`."""
    return "none" if estimate is None else key_relation(reference, estimate)


def key_confusions(modes: Sequence[str], relations: Sequence[str]) -> KeyConfusions:
    """How many tracks in major, in minor and in all lie how to their references.

    Parameters
    ----------
    modes
        ``major`` or ``minor``, of each reference.
    relations
        Of `KEY_RELATIONS`, one a track.

    Raises
    ------
    InputError
        If the two differ in length or hold another name.
    """
    if len(modes) != len(relations):
        raise InputError(f"{len(modes)} modes do not go with {len(relations)} relations")
    if strange := (set(modes) - set(_MODES)) | (set(relations) - set(KEY_RELATIONS)):
        raise InputError(f"no mode or relation is called {min(strange)!r}")
    rows = {name: [0] * len(KEY_RELATIONS) for name in (*_MODES, "all")}
    for mode, relation in zip(modes, relations, strict=True):
        column = KEY_RELATIONS.index(relation)
        rows[mode][column] += 1
        rows["all"][column] += 1
    return {"relations": list(KEY_RELATIONS), "rows": rows}
