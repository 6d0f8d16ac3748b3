"""Pitch classes are found where they sound; transposing turns the absolute ones and leaves the rest alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.model import FloatArray
from edm.sonic.frames import level_of
from edm.sonic.harmony import chroma_frames, harmony_values
from edm.sonic.spec import PITCH_CLASSES
from sounds import chords, noise, silence, sine

C_MAJOR, F_MAJOR, G_MAJOR = (0, 4, 7), (5, 9, 12), (7, 11, 14)
A_MINOR, D_MINOR, E_MINOR = (-3, 0, 4), (2, 5, 9), (4, 7, 11)


def hear(samples: FloatArray) -> dict[str, float]:
    return harmony_values(chroma_frames(samples, level_of(samples)))


def played(*harmony: tuple[int, ...], up: float = 0.0, chord_s: float = 2.0) -> FloatArray:
    """Chords in semitones over middle C."""
    c_hz = 440.0 * 2 ** (-9 / 12)
    return chords([tuple(c_hz * 2 ** ((note + up) / 12) for note in chord) for chord in harmony], chord_s)


def classes(values: dict[str, float]) -> list[float]:
    return [values[f"chroma_{name}"] for name in PITCH_CLASSES]


@pytest.mark.parametrize("pitch", range(12))
def test_a_tone_is_its_pitch_class(pitch: int) -> None:
    found = classes(hear(sine(261.6256 * 2 ** (pitch / 12), 3.0)))
    assert int(np.argmax(found)) == pitch
    assert found[pitch] > 0.9


@pytest.mark.parametrize("octave", [-1, 0, 1, 2])
def test_octaves_are_alike(octave: int) -> None:
    assert classes(hear(sine(440.0 * 2.0**octave, 3.0)))[9] > 0.9


def test_the_notes_of_a_chord_stand_out() -> None:
    found = classes(hear(played(C_MAJOR)))
    assert sorted(np.argsort(found)[-3:].tolist()) == [0, 4, 7]


@pytest.mark.parametrize("cents", [-35, 20, 40])
def test_tuning_is_taken_out(cents: int) -> None:
    assert classes(hear(played(C_MAJOR, up=cents / 100))) == pytest.approx(classes(hear(played(C_MAJOR))), abs=0.03)


@pytest.mark.parametrize("up", [1, 5, 7])
def test_transposed_twins_are_the_same_but_for_the_absolute_pitch(up: int) -> None:
    here = hear(played(C_MAJOR, F_MAJOR, G_MAJOR, C_MAJOR))
    there = hear(played(C_MAJOR, F_MAJOR, G_MAJOR, C_MAJOR, up=up))
    absolute = ("chroma_", "tonnetz_")
    kept = [name for name in here if not name.startswith(absolute)]
    assert {name: there[name] for name in kept} == pytest.approx({name: here[name] for name in kept}, abs=0.06)
    assert np.roll(classes(here), up) == pytest.approx(classes(there), abs=0.05)


def test_a_minor_key_lines_up_with_its_relative_major_and_the_mode_tells_them_apart() -> None:
    major = hear(np.concatenate([played(C_MAJOR, F_MAJOR, G_MAJOR, C_MAJOR, C_MAJOR)]))
    minor = hear(np.concatenate([played(A_MINOR, D_MINOR, E_MINOR, A_MINOR, A_MINOR)]))
    assert minor["above_tonic_major_sixth"] == pytest.approx(minor["chroma_a"])
    assert major["above_tonic_unison"] == pytest.approx(major["chroma_c"])
    assert major["mode"] > 0 > minor["mode"]


def test_one_tone_is_less_even_than_a_chord_than_noise() -> None:
    tone, chord, hiss = (hear(samples)["entropy"] for samples in (sine(440.0, 4.0), played(C_MAJOR), noise(4.0)))
    assert tone < chord < hiss
    assert hiss > 0.9


def test_harmony_that_moves_changes_more() -> None:
    assert hear(played(C_MAJOR, F_MAJOR, chord_s=0.2))["change"] < 1.0
    assert hear(played(*[C_MAJOR, (1, 5, 8)] * 10, chord_s=0.1))["change"] > 3 * hear(played(C_MAJOR))["change"]


def test_silence_has_all_pitches_alike_and_no_key() -> None:
    values = hear(silence(3.0))
    assert classes(values) == pytest.approx([1 / 12] * 12)
    assert values["key_clarity"] == values["mode"] == values["change"] == 0.0
    assert values["entropy"] == pytest.approx(1.0)


@settings(deadline=None)
@given(st.lists(st.floats(0.0, 1.0), min_size=12, max_size=12), st.integers(0, 11))
def test_turning_the_pitch_classes_changes_no_symmetry(shares: list[float], up: int) -> None:
    here = harmony_values(np.array([shares], np.float32))
    there = harmony_values(np.roll(np.array([shares], np.float32), up, axis=1))
    for name in [f"circle_{k}" for k in range(1, 7)] + ["mode", "key_clarity", "entropy"]:
        assert there[name] == pytest.approx(here[name], abs=1e-5)
