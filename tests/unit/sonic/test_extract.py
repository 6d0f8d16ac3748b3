"""The vectors of a track: finite, real per segment, the same at any gain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.errors import InputError
from edm.model import Audio, Beats, FloatArray, Tempo
from edm.sonic import frames
from edm.sonic.extract import SonicFeatures, extract
from edm.sonic.spans import SEGMENTS
from edm.sonic.spec import DIMENSIONS, FAMILIES, SPEC_VERSION, values_by_name
from sounds import RATE, beatless_pad, chords, noise, silence, speech, track_at

TEMPO = Tempo(128.0, 1.0, "test")


def audio_of(samples: FloatArray) -> Audio:
    return Audio(samples.astype(np.float32), RATE, RATE)


def beats_of(*times_s: float) -> Beats:
    return Beats(np.array(times_s), np.zeros(len(times_s), np.int64))


def heard(bpm: float = 128.0, style: str = "house", duration_s: float = 12.0, seed: int = 0) -> SonicFeatures:
    music = track_at(bpm, duration_s, style, seed=seed)
    return extract(audio_of(music.samples), tempo=Tempo(bpm, 1.0, "test"), beats=music.beats)


def distance(one: FloatArray, other: FloatArray, family: str) -> float:
    return float(np.abs(one[FAMILIES[family]] - other[FAMILIES[family]]).max())


@pytest.fixture(scope="module")
def varied() -> FloatArray:
    """Vectors of 24 different tracks, shape (24, dimensions)."""
    styles = ("house", "dnb", "trance", "techno")
    rows = [heard(bpm, styles[k % 4], seed=k).vectors["full"] for k, bpm in enumerate(np.linspace(90.0, 175.0, 18))]
    others = [speech(12.0), speech(12.0, seed=5), beatless_pad(12.0), beatless_pad(12.0, seed=2), noise(12.0)]
    others.append(chords([(220.0, 277.2, 329.6), (196.0, 246.9, 293.7)] * 3, 2.0))
    rows += [extract(audio_of(samples)).vectors["full"] for samples in others]
    return np.stack(rows)


def test_each_segment_has_a_vector_of_all_dimensions() -> None:
    features = heard()
    assert tuple(features.vectors) == tuple(features.spans) == SEGMENTS
    assert features.spec_version == SPEC_VERSION
    for vector in features.vectors.values():
        assert vector.shape == (len(DIMENSIONS),)
        assert vector.dtype == np.float32
        assert np.isfinite(vector).all()


def test_segments_of_a_track_with_different_parts_differ() -> None:
    parts = [track_at(128.0, 40.0, "house"), track_at(174.0, 40.0, "dnb", seed=4)]
    samples = np.concatenate([parts[0].samples, 0.3 * noise(40.0), parts[1].samples])
    features = extract(audio_of(samples), tempo=TEMPO, beats=parts[0].beats)
    assert features.spans == {"full": (0.0, 120.0), "start": (0.0, 30.0), "mid": (45.0, 75.0), "end": (90.0, 120.0)}
    for one in SEGMENTS:
        for other in SEGMENTS[: SEGMENTS.index(one)]:
            for family in FAMILIES:
                assert distance(features.vectors[one], features.vectors[other], family) > 1e-3
    assert values_by_name(features.vectors["mid"])["timbre.flatness_median"] > -5.0


def test_a_segment_hears_what_lies_in_it_and_nothing_else() -> None:
    music = track_at(128.0, 100.0)
    changed = music.samples.copy()
    changed[35 * RATE : 60 * RATE] = noise(25.0, level=float(changed.std()))
    here, there = (extract(audio_of(samples), tempo=TEMPO, beats=music.beats) for samples in (music.samples, changed))
    # The level of the track is a little different, and with it what is taken for soft.
    assert there.vectors["start"] == pytest.approx(here.vectors["start"], abs=0.6, rel=0.05)
    assert distance(here.vectors["mid"], there.vectors["mid"], "timbre") > 5.0


def test_a_short_track_is_whole_in_each_segment() -> None:
    features = heard()
    assert set(features.spans.values()) == {(0.0, 12.0)}
    assert all((vector == features.vectors["full"]).all() for vector in features.vectors.values())


@pytest.mark.parametrize("mode", ["auto", "beat"])
@pytest.mark.parametrize(
    ("tempo", "beats", "reason"),
    [
        (None, None, "no beats"),
        (TEMPO, beats_of(), "no beats"),
        (TEMPO, beats_of(1.0, 1.5, 2.0), "only 3 beats"),
        (Tempo(None, 0.0, "test", stability="none"), beats_of(*range(1, 11)), "no stable tempo"),
    ],
)
def test_where_beats_fail_windows_stand_in_and_say_why(
    mode: str, tempo: Tempo | None, beats: Beats | None, reason: str
) -> None:
    features = extract(audio_of(speech(12.0)), tempo=tempo, beats=beats, mode=mode)  # type: ignore[arg-type]
    assert (features.mode, features.fallback) == ("windowed", reason)


def test_windows_that_were_asked_for_are_no_fallback() -> None:
    music = track_at(128.0, 12.0)
    features = extract(audio_of(music.samples), tempo=TEMPO, beats=music.beats, mode="windowed")
    assert (features.mode, features.fallback) == ("windowed", None)


def test_both_modes_tell_the_same_rhythm_where_there_are_beats() -> None:
    music = track_at(128.0, 12.0)
    by_beat, by_window = (
        extract(audio_of(music.samples), tempo=TEMPO, beats=music.beats, mode=mode).vectors["full"]  # type: ignore[arg-type]
        for mode in ("beat", "windowed")
    )
    assert distance(by_beat, by_window, "rhythm") == 0.0
    assert distance(by_beat, by_window, "timbre") > 0.1


def test_a_varying_tempo_still_goes_by_beats() -> None:
    music = track_at(128.0, 12.0)
    tempo = Tempo(128.0, 1.0, "test", stability="variable")
    assert extract(audio_of(music.samples), tempo=tempo, beats=music.beats).mode == "beat"


@pytest.mark.parametrize("samples", [track_at(128.0, 8.0).samples, speech(8.0), noise(8.0)])
def test_a_quarter_of_the_gain_changes_nothing_but_the_loudness(samples: FloatArray) -> None:
    loud, soft = (extract(audio_of(samples * gain), tempo=TEMPO).vectors["full"] for gain in (1.0, 0.25))
    changed = [one.name for one, a, b in zip(DIMENSIONS, loud, soft, strict=True) if abs(a - b) > 1e-4]
    assert changed == ["loudness.lufs"]


@settings(deadline=None, max_examples=10)
@given(st.floats(0.02, 1.5))
def test_any_gain_changes_nothing_but_the_loudness(gain: float) -> None:
    samples = track_at(128.0, 6.0).samples
    before, after = (values_by_name(extract(audio_of(x)).vectors["full"]) for x in (samples, samples * gain))
    assert after.pop("loudness.lufs") == pytest.approx(before.pop("loudness.lufs") + 20 * np.log10(gain), abs=0.02)
    assert after == pytest.approx(before, abs=0.02)


def test_no_dimension_is_constant_over_varied_music(varied: FloatArray) -> None:
    low, high = np.percentile(varied, [25, 75], axis=0)
    assert [one.name for one, spread in zip(DIMENSIONS, high - low, strict=True) if spread < 1e-4] == []


def test_no_dimension_doubles_another(varied: FloatArray) -> None:
    alike = np.abs(np.corrcoef(varied.astype(np.float64).T)) - np.eye(len(DIMENSIONS))
    names = [one.name for one in DIMENSIONS]
    assert [(names[i], names[j]) for i, j in zip(*np.nonzero(alike > 0.999), strict=True)] == []


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("count", [1, 2, 100, 4410, RATE])
@pytest.mark.parametrize("kind", ["silence", "offset", "noise", "impulse"])
def test_very_short_sound_and_silence_are_finite(kind: str, count: int) -> None:
    samples = np.zeros(count, np.float32)
    if kind == "offset":
        samples += 0.5
    elif kind == "noise":
        samples = noise(count / RATE)
    elif kind == "impulse":
        samples[0] = 1.0
    features = extract(audio_of(samples))
    assert all(np.isfinite(vector).all() for vector in features.vectors.values())


@pytest.mark.filterwarnings("error")
def test_a_click_in_silence_is_finite() -> None:
    samples = silence(60.0)
    samples[RATE] = 1.0
    assert np.isfinite(extract(audio_of(samples)).vectors["end"]).all()


def test_blocks_of_any_length_give_the_same_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    before = heard().vectors["full"]
    monkeypatch.setattr(frames, "_BLOCK_SAMPLES", 40_000)
    assert heard().vectors["full"] == pytest.approx(before, abs=1e-3)


def test_the_same_samples_give_the_same_vectors() -> None:
    assert (heard().vectors["full"] == heard().vectors["full"]).all()


def test_samples_are_left_as_they_were() -> None:
    samples = speech(6.0)
    kept = samples.copy()
    extract(audio_of(samples))
    assert (samples == kept).all()


@pytest.mark.parametrize(
    ("audio", "said"),
    [
        (Audio(silence(1.0), 48000, 48000), "48000 Hz"),
        (audio_of(np.zeros(0, np.float32)), "no samples"),
        (audio_of(np.array([0.0, np.nan, 1.0])), "not finite"),
        (audio_of(np.array([0.0, np.inf, 1.0])), "not finite"),
    ],
)
def test_sound_that_cannot_be_used_is_refused(audio: Audio, said: str) -> None:
    with pytest.raises(InputError, match=said):
        extract(audio)


@pytest.mark.parametrize("times_s", [(1.0, 1.0, 2.0), (2.0, 1.0), (1.0, float("nan"))])
def test_beats_that_do_not_increase_are_refused(times_s: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="beats"):
        extract(audio_of(silence(3.0)), beats=beats_of(*times_s))


def test_an_unknown_mode_is_refused_with_the_valid_ones() -> None:
    with pytest.raises(InputError, match="sync") as caught:
        extract(audio_of(silence(1.0)), mode="sync")  # type: ignore[arg-type]
    assert "windowed" in str(caught.value.hint)
