"""Loudness is the broadcasters', to a twentieth of a unit."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.dsp.loudness import SILENCE_LUFS, lufs, weighting_sections
from edm.model import FloatArray
from edm.sonic.loudness import (
    loudness_range,
    loudness_steps,
    loudness_values,
)
from sounds import RATE, beatless_pad, noise, silence, sine, speech, track_at


def tone(level_db: float, duration_s: float) -> FloatArray:
    return sine(1000.0, duration_s, level=10 ** (level_db / 20))


def measured(samples: FloatArray) -> float:
    return lufs(loudness_steps(samples).weighted)


def peer(samples: FloatArray) -> tuple[float, float]:
    """Integrated loudness and range as FFmpeg's meter has them."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="fltp", layout="mono", time_base=Fraction(1, RATE))
    meter, sink = graph.add("ebur128", "metadata=1"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    metadata: dict[str, str] = {}
    for start in range(0, len(samples) - 4409, 4410):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 4410], format="fltp", layout="mono")
        frame.sample_rate, frame.pts = RATE, start
        graph.push(frame)
        metadata = dict(graph.pull().metadata) or metadata
    return float(metadata["lavfi.r128.I"]), float(metadata["lavfi.r128.LRA"])


def test_the_weighting_is_the_one_that_the_standard_prints_for_48_khz() -> None:
    shelf, high_pass = weighting_sections(48000.0)
    assert shelf[:3] == pytest.approx([1.53512485958697, -2.69169618940638, 1.19839281085285], abs=1e-8)
    assert shelf[4:] == pytest.approx([-1.69065929318241, 0.73248077421585], abs=1e-8)
    assert high_pass[:3] == pytest.approx([1.0, -2.0, 1.0])
    assert high_pass[4:] == pytest.approx([-1.99004745483398, 0.99007225036621], abs=1e-8)


def test_a_full_scale_sine_of_997_hz_is_at_minus_3_01() -> None:
    assert measured(sine(997.0, 10.0, level=1.0)) == pytest.approx(-3.01, abs=0.01)


def test_soft_stretches_are_gated_out() -> None:
    # EBU Tech 3341, case 3: -36, -23, -36 dB; on one channel 3 LU less than on the two of the document.
    samples = np.concatenate([tone(-36, 10), tone(-23, 60), tone(-36, 10)])
    assert measured(samples) == pytest.approx(-26.0, abs=0.1)


def test_stretches_under_the_absolute_gate_count_for_nothing() -> None:
    # Case 4: -72, -36, -23, -36, -72 dB.
    samples = np.concatenate([tone(-72, 10), tone(-36, 10), tone(-23, 60), tone(-36, 10), tone(-72, 10)])
    assert measured(samples) == pytest.approx(-26.0, abs=0.1)


@pytest.mark.parametrize(("levels_db", "expected"), [((-20, -30), 10.0), ((-20, -15), 5.0), ((-40, -20), 20.0)])
def test_the_range_of_two_levels_is_their_distance(levels_db: tuple[float, ...], expected: float) -> None:
    # EBU Tech 3342, cases 1 to 3.
    samples = np.concatenate([tone(level_db, 20) for level_db in levels_db])
    assert loudness_range(loudness_steps(samples).weighted) == pytest.approx(expected, abs=0.2)


@pytest.mark.skipif(
    "ebur128" not in av.filter.filters_available or not hasattr(av.AudioFrame, "metadata"),
    reason="this PyAV has no meter",
)
@pytest.mark.parametrize(
    "samples",
    [track_at(128.0, 40.0).samples, speech(40.0), beatless_pad(40.0), 0.05 * noise(40.0)],
    ids=["house", "speech", "pad", "soft noise"],
)
def test_ffmpeg_agrees(samples: FloatArray) -> None:
    integrated, spread = peer(samples.astype(np.float32))
    weighted = loudness_steps(samples.astype(np.float32)).weighted
    assert lufs(weighted) == pytest.approx(integrated, abs=0.05)
    assert loudness_range(weighted) == pytest.approx(spread, abs=0.2)


def test_silence_is_at_the_gate() -> None:
    values = loudness_values(loudness_steps(silence(2.0)))
    assert values == {"lufs": SILENCE_LUFS, "range": 0.0, "crest": 0.0, "punch": 0.0}


def test_a_sine_has_the_crest_of_a_sine() -> None:
    values = loudness_values(loudness_steps(sine(1000.0, 3.0, level=0.3)))
    assert values["crest"] == pytest.approx(3.01, abs=0.01)
    assert values["punch"] == pytest.approx(3.01, abs=0.01)


@settings(deadline=None, max_examples=15)
@given(st.floats(0.05, 1.0))
def test_gain_moves_the_loudness_by_itself_and_nothing_else(gain: float) -> None:
    samples = speech(6.0, seed=3)
    before = loudness_values(loudness_steps(samples))
    after = loudness_values(loudness_steps((samples * np.float32(gain)).astype(np.float32)))
    assert after.pop("lufs") == pytest.approx(before.pop("lufs") + 20 * np.log10(gain), abs=0.01)
    assert after == pytest.approx(before, abs=1e-3)


def test_chunks_leave_no_seam() -> None:
    # A chunk of the filter is 1.3 s.
    weighted = loudness_steps(sine(1000.0, 8.0)).weighted
    assert weighted[2:] == pytest.approx(np.full(len(weighted) - 2, weighted[5]), rel=1e-4)


@pytest.mark.parametrize("count", [1, 100, 4409, 4410, 4411])
def test_a_moment_is_one_step(count: int) -> None:
    steps = loudness_steps(np.full(count, 0.25, np.float32))
    assert steps.power == pytest.approx([0.0625], rel=1e-5)
    assert steps.peak == pytest.approx([0.25])
