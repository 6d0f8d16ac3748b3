"""The meter against the signals of EBU Tech 3341 and 3342, against FFmpeg's, and against itself in pieces."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.dsp.loudness_meter import LoudnessMeter, measure_loudness
from edm.errors import InputError
from edm.model import FloatArray, Loudness
from sounds import noise, silence, sine, track_at

RATE = 48000
LAYOUT_5_1 = ("FL", "FR", "FC", "LFE", "BL", "BR")


def tone(level_db: float, duration_s: float, *, hz: float = 1000.0, rate: int = RATE) -> FloatArray:
    return sine(hz, duration_s, rate=rate, level=10 ** (level_db / 20))


def twice(*parts: FloatArray) -> FloatArray:
    """The parts after one another, on two channels."""
    return np.repeat(np.concatenate(parts)[:, None], 2, axis=1)


def metered(samples: FloatArray, channels: tuple[str, ...], *, rate: int = RATE, block: int = 65536) -> Loudness:
    meter = LoudnessMeter()
    meter.start(rate, channels)
    for start in range(0, len(samples), block):
        meter.add(samples[start : start + block])
    return meter.loudness()


def by_ffmpeg(samples: FloatArray, rate: int, layout: str) -> tuple[float, float, float]:
    """Integrated loudness, range and true peak as FFmpeg's meter has them."""
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
    peaks = [float(value) for name, value in metadata.items() if "true_peaks_ch" in name]
    return float(metadata["lavfi.r128.I"]), float(metadata["lavfi.r128.LRA"]), 20 * float(np.log10(max(peaks)))


@pytest.mark.parametrize("rate", [22050, 44100, 48000, 96000])
@pytest.mark.parametrize("level_db", [-23.0, -33.0])
def test_a_tone_on_two_channels_is_as_loud_as_its_level(level_db, rate):
    # EBU Tech 3341, cases 1 and 2: within 0.1 LU.
    found = measure_loudness(twice(tone(level_db, 20, rate=rate)), rate)
    assert found.integrated_lufs == pytest.approx(level_db, abs=0.1)
    assert found.replaygain_db == pytest.approx(-18 - level_db, abs=0.1)
    assert found.true_peak_dbtp == pytest.approx(level_db, abs=0.1)


@pytest.mark.parametrize(
    "levels",
    [
        [(-36, 10), (-23, 60), (-36, 10)],
        [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)],
        [(-26, 20), (-20, 20.1), (-26, 20)],
    ],
    ids=["case 3", "case 4", "case 5"],
)
def test_gates_are_those_of_the_standard(levels):
    # EBU Tech 3341, cases 3 to 5: -23 LUFS within 0.1 LU.
    assert measure_loudness(twice(*(tone(*level) for level in levels)), RATE).integrated_lufs == pytest.approx(
        -23.0, abs=0.1
    )


def test_channels_weigh_as_the_standard_says():
    # EBU Tech 3341, case 6: 5.0 of -28, -28, -24, -30, -30 dB is at -23 LUFS.
    levels = {"FL": -28, "FR": -28, "FC": -24, "BL": -30, "BR": -30}
    samples = np.stack([tone(level, 20) for level in levels.values()], axis=1)
    assert metered(samples, tuple(levels)).integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_the_channel_of_low_effects_counts_for_nothing_but_the_peak():
    nothing = silence(5, rate=RATE)
    samples = np.stack([tone(-23, 5), tone(-23, 5), nothing, tone(-6, 5, hz=50), nothing, nothing], axis=1)
    found = metered(samples, LAYOUT_5_1)
    assert found.integrated_lufs == pytest.approx(-23.0, abs=0.1)
    assert found.true_peak_dbtp == pytest.approx(-6.0, abs=0.1)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([(-20, 20), (-30, 20)], 10.0),
        ([(-20, 20), (-15, 20)], 5.0),
        ([(-40, 20), (-20, 20)], 20.0),
        ([(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)], 15.0),
    ],
    ids=["case 1", "case 2", "case 3", "case 4"],
)
def test_ranges_are_those_of_the_standard(levels, expected):
    # EBU Tech 3342, cases 1 to 4: within 1 LU.
    found = measure_loudness(twice(*(tone(*level) for level in levels)), RATE)
    assert found.range_lu == pytest.approx(expected, abs=0.2)


@pytest.mark.parametrize(
    ("divisor", "degrees", "level", "expected_db"),
    [
        (4, 0, 0.5, -6.0),
        (4, 45, 0.5, -6.0),
        (6, 60, 0.5, -6.0),
        (8, 67.5, 0.5, -6.0),
        (4, 45, 1.41, 3.0),
    ],
    ids=["case 15", "case 16", "case 17", "case 18", "case 19"],
)
@pytest.mark.parametrize("rate", [44100, 48000])
def test_peaks_between_samples_are_seen(divisor, degrees, level, expected_db, rate):
    # EBU Tech 3341, cases 15 to 19: +0.2 and -0.4 dB. Faded, because a cut tone has peaks of its own.
    t = np.arange(rate // 2)
    fade = np.minimum(1.0, np.minimum(t, t[::-1]) / 1000)
    samples = (level * fade * np.sin(2 * np.pi * t / divisor + np.deg2rad(degrees))).astype(np.float32)
    found = measure_loudness(samples, rate).true_peak_dbtp
    assert expected_db - 0.4 <= found <= expected_db + 0.2


def test_the_true_peak_is_found_on_any_channel_and_at_either_end():
    for place in (0, 1, 4799):
        samples = np.zeros((4800, 3), dtype=np.float32)
        samples[place, 2] = -0.5
        assert metered(samples, ("FL", "FR", "FC"), block=1000).true_peak_dbtp == pytest.approx(-6.02, abs=0.01)


@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1), st.sampled_from([8000, 44100, 96000, 192000]))
def test_skipping_what_is_too_soft_to_matter_loses_no_peak(seed, rate):
    rng = np.random.default_rng(seed)
    samples = (rng.normal(size=300) * rng.uniform(0, 0.3, size=300) ** 2).astype(np.float32)
    oversampling = max(1, min(4, 192_000 // rate))
    at = np.arange(0, len(samples) - 1, 1 / oversampling)
    # Every value, none skipped, by a sum of windowed sincs written otherwise.
    distance = at[:, None] - np.arange(-40, len(samples) + 40)[None, :]
    inside = np.abs(distance) <= 12
    window = np.i0(5.0 * np.sqrt(np.maximum(1 - (distance / 12) ** 2, 0)))
    weights = np.where(inside, np.sinc(distance) * window, 0.0)
    values = (weights / weights.sum(axis=1, keepdims=True)) @ np.pad(samples, 40)
    expected = 20 * np.log10(max(np.abs(values).max(), np.abs(samples).max()))
    assert measure_loudness(samples, rate).true_peak_dbtp == pytest.approx(expected, abs=0.02)


@settings(max_examples=10)
@given(st.lists(st.integers(0, 9000), min_size=1, max_size=20), st.sampled_from([11025, 44100]))
def test_blocks_of_any_length_give_the_same(lengths, rate):
    samples = np.stack([track_at(120.0, 3.0, rate=rate).samples, noise(3.0, rate=rate)], axis=1)[: 3 * rate]
    meter = LoudnessMeter()
    meter.start(rate, ("FL", "FR"))
    edges = np.minimum(np.cumsum([0, *lengths]), len(samples))
    for start, stop in zip(edges, [*edges[1:], len(samples)], strict=True):
        meter.add(samples[start:stop])
    whole = measure_loudness(samples, rate)
    found = meter.loudness()
    assert found.integrated_lufs == pytest.approx(whole.integrated_lufs, abs=1e-6)
    assert found.true_peak_dbtp == pytest.approx(whole.true_peak_dbtp, abs=1e-4)


def test_asking_twice_and_in_between_changes_nothing():
    samples = twice(track_at(120.0, 4.0, rate=RATE).samples)
    meter = LoudnessMeter()
    meter.start(RATE, ("FL", "FR"))
    meter.add(samples[:65_536])
    assert meter.loudness() == meter.loudness()
    for start in range(65_536, len(samples), 65_536):
        meter.add(samples[start : start + 65_536])
    assert meter.loudness() == measure_loudness(samples, RATE)


def test_starting_again_forgets_everything():
    meter = LoudnessMeter()
    meter.start(44100, ("FL", "FR"))
    meter.add(twice(tone(0, 3)))
    meter.start(RATE, ("FC",))
    meter.add(tone(-40, 3)[:, None])
    assert meter.loudness() == measure_loudness(tone(-40, 3), RATE)


@given(st.floats(-30, 10))
@settings(max_examples=10)
def test_gain_moves_all_but_the_range(gain_db):
    samples = np.concatenate([tone(-12, 4), tone(-20, 4)])
    plain, moved = (measure_loudness(samples * np.float32(10 ** (db / 20)), RATE) for db in (0.0, gain_db))
    assert moved.integrated_lufs == pytest.approx(plain.integrated_lufs + gain_db, abs=1e-3)
    assert moved.true_peak_dbtp == pytest.approx(plain.true_peak_dbtp + gain_db, abs=1e-3)
    assert moved.replaygain_db == pytest.approx(plain.replaygain_db - gain_db, abs=1e-3)
    assert moved.range_lu == pytest.approx(plain.range_lu, abs=1e-3)


@pytest.mark.parametrize(
    ("rate", "layout", "names"),
    [
        (44100, "stereo", ("FL", "FR")),
        (48000, "mono", ("FC",)),
        (96000, "stereo", ("FL", "FR")),
        (48000, "5.1", LAYOUT_5_1),
    ],
)
def test_it_agrees_with_ffmpegs_meter(rate, layout, names):
    parts = [track_at(128.0, 14.0, rate=rate).samples, noise(14.0, rate=rate, level=0.05)]
    samples = np.stack([(0.9 - 0.1 * k) * np.roll(parts[k % 2], 777 * k) for k in range(len(names))], axis=1)
    samples[: 5 * rate] *= np.float32(0.2)
    integrated, span, peak = by_ffmpeg(samples, rate, layout)
    found = metered(samples, names, rate=rate)
    assert found.integrated_lufs == pytest.approx(integrated, abs=0.1)
    assert found.range_lu == pytest.approx(span, abs=0.3)
    assert found.true_peak_dbtp == pytest.approx(peak, abs=0.3)


def test_silence_has_no_loudness():
    nothing = Loudness(None, None, None, None)
    assert measure_loudness(silence(2.0, rate=RATE), RATE) == nothing
    assert measure_loudness(np.empty((0, 2), np.float32), RATE) == nothing


def test_what_is_softer_than_the_absolute_gate_has_only_a_peak():
    found = measure_loudness(twice(tone(-80, 3)), RATE)
    assert (found.integrated_lufs, found.range_lu, found.replaygain_db) == (None, None, None)
    assert found.true_peak_dbtp == pytest.approx(-80, abs=0.1)


def test_less_than_a_block_is_as_loud_as_it_is():
    assert measure_loudness(twice(tone(-23, 0.3)), RATE).integrated_lufs == pytest.approx(-23, abs=0.2)
    assert measure_loudness(twice(tone(-23, 0.05)), RATE).integrated_lufs == pytest.approx(-23, abs=0.5)
    assert measure_loudness(twice(tone(-23, 2.0)), RATE).range_lu == 0.0


@pytest.mark.parametrize(("rate", "channels"), [(0, ("FC",)), (44100, ())])
def test_what_cannot_sound_is_refused(rate, channels):
    with pytest.raises(InputError):
        LoudnessMeter().start(rate, channels)


def test_a_block_of_other_channels_is_refused():
    with pytest.raises(InputError, match="shape"):
        LoudnessMeter().add(np.zeros((10, 3), np.float32))


def test_a_rate_below_the_weighting_has_only_a_peak():
    found = measure_loudness(np.full(2000, 0.5, np.float32), 2000)
    assert found.integrated_lufs is None
    assert found.true_peak_dbtp is not None
