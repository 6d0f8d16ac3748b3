"""What plays in a bar shows in its features."""

from __future__ import annotations

import numpy as np
import pytest

from edm.analysis.structure.cues import CUES, edge_cues
from edm.analysis.structure.energy import energy_of
from edm.analysis.structure.features import BarFeatures, bar_features
from edm.analysis.structure.spans import Spans, spans_of
from edm.analysis.structure.spectrum import spectrum_of
from edm.demo.instruments import kick
from edm.model import Beats, FloatArray
from sounds import RATE, noise, silence, sine

BAR_S, BARS = 2.0, 16


def bars() -> Spans:
    return spans_of(BAR_S * BARS, Beats(0.5 * np.arange(4 * BARS), np.arange(4 * BARS) % 4 + 1), None)


def features_of(samples: FloatArray) -> BarFeatures:
    return bar_features(spectrum_of(samples), bars())


def half(first: FloatArray, second: FloatArray) -> FloatArray:
    """First half of one sound, second half of another."""
    middle = len(first) // 2
    return np.concatenate([first[:middle], second[middle:]])


def kicks() -> FloatArray:
    tape = silence(BAR_S * BARS)
    sound = kick(np.random.default_rng(0), RATE)
    for beat in range(4 * BARS):
        start = round(0.5 * beat * RATE)
        tape[start : start + len(sound)] += sound[: len(tape) - start]
    return tape


def bed() -> FloatArray:
    return noise(BAR_S * BARS, level=0.001)


def test_kicks_are_counted_a_beat() -> None:
    counts = features_of(half(kicks(), bed()) + bed()).kick
    np.testing.assert_allclose(counts[:7], 1.0, atol=0.26)
    np.testing.assert_allclose(counts[9:], 0.0)


def test_a_held_bass_is_held_and_a_kick_is_struck() -> None:
    held = features_of(sine(55.0, BAR_S * BARS) + bed())
    struck = features_of(kicks() + bed())
    assert held.bass.mean() > struck.bass.mean() + 10
    assert abs(float((held.struck[:, 1:3] - held.held[:, 1:3]).mean())) < 3
    assert float((struck.struck[:, 1:3] - struck.held[:, 1:3]).mean()) > 10


def test_a_tone_shows_at_its_pitch_class() -> None:
    chroma = features_of(sine(440.0, BAR_S * BARS)).chroma
    assert set(chroma.argmax(axis=1).tolist()) == {9}
    np.testing.assert_allclose(chroma.sum(axis=1), 1.0, atol=1e-5)


def test_hiss_has_its_power_above() -> None:
    hiss, hum = features_of(noise(BAR_S * BARS)), features_of(sine(200.0, BAR_S * BARS))
    assert hiss.high_share.min() > hum.high_share.max() + 20
    assert hiss.centroid.min() > hum.centroid.max()


def test_all_is_finite_for_silence() -> None:
    features = features_of(silence(BAR_S * BARS))
    for values in (features.held, features.struck, features.chroma, features.tones, features.loudness, features.kick):
        assert np.isfinite(values).all()
    assert energy_of(features, bars()).level == 1


def test_the_edge_where_an_instrument_enters_has_the_largest_cues() -> None:
    cues = edge_cues(features_of(sine(300.0, BAR_S * BARS) + half(bed(), 0.3 * noise(BAR_S * BARS, seed=1))))
    assert cues.shape == (BARS - 1, len(CUES))
    for name in ("blocks4", "most4", "most8", "size2", "rank"):
        assert int(cues[:, CUES.index(name)].argmax()) == BARS // 2 - 1, name


def test_one_bar_has_no_edges() -> None:
    spans = spans_of(1.0, None, None)
    assert edge_cues(bar_features(spectrum_of(noise(1.0)), spans)).shape == (0, len(CUES))


def test_energy_rises_where_more_plays() -> None:
    curve = energy_of(features_of(half(0.05 * bed(), kicks()) + 0.02 * sine(300.0, BAR_S * BARS)), bars()).curve
    assert curve[10:].min() > curve[:6].max() + 0.2
    assert curve.min() >= 0
    assert curve.max() <= 1


@pytest.mark.parametrize(("sound", "least", "most"), [(kicks, 2, 6), (lambda: sine(300.0, BAR_S * BARS), 1, 1)])
def test_the_level_is_a_matter_of_how_much_begins(sound: object, least: int, most: int) -> None:
    assert callable(sound)
    assert least <= energy_of(features_of(sound() + bed()), bars()).level <= most
