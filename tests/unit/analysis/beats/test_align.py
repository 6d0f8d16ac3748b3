"""Tempo and phase from how a track lines up with itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.analysis.beats.align import align_tempo, attack_phase
from edm.dsp.attacks import HOP
from unit.analysis.made import RATE, attacks_on, beats_at

BPMS = st.floats(60.0, 200.0)


@settings(max_examples=20)
@given(BPMS, st.floats(-0.04, 0.04), st.floats(0.1, 0.5))
def test_a_tempo_that_is_nearly_right_becomes_right(bpm: float, error_bpm: float, offset_s: float) -> None:
    attacks = attacks_on(beats_at(bpm, 60.0, offset_s), 60.0)
    found = align_tempo(attacks, bpm + error_bpm, offset_s, sample_rate=RATE)
    assert found is not None
    assert found.bpm == pytest.approx(bpm, abs=0.001)
    assert found.agreement.mean() > 0.8
    assert found.trusted.mean() > 0.8
    assert np.abs(found.lags_s[found.trusted]).max() < 0.001


@settings(max_examples=10)
@given(BPMS, st.floats(0.001, 1000.0))
def test_strength_of_the_attacks_does_not_matter(bpm: float, gain: float) -> None:
    attacks = attacks_on(beats_at(bpm, 40.0), 40.0)
    plain = align_tempo(attacks, bpm + 0.02, 0.1, sample_rate=RATE)
    loud = align_tempo(attacks * np.float32(gain), bpm + 0.02, 0.1, sample_rate=RATE)
    assert plain is not None
    assert loud is not None
    assert loud.bpm == pytest.approx(plain.bpm, abs=1e-6)


@settings(max_examples=10)
@given(BPMS, st.floats(0.93, 1.07))
def test_tempo_scales_with_time(bpm: float, speed: float) -> None:
    attacks = attacks_on(beats_at(bpm, 40.0), 40.0)
    plain = align_tempo(attacks, bpm + 0.01, 0.1, sample_rate=RATE)
    faster = align_tempo(attacks, (bpm + 0.01) * speed, 0.1 / speed, sample_rate=RATE * speed)  # type: ignore[arg-type]
    assert plain is not None
    assert faster is not None
    assert faster.bpm == pytest.approx(plain.bpm * speed, abs=0.002)


def test_blocks_that_do_not_fit_are_not_trusted() -> None:
    beats_s = beats_at(128.0, 60.0)
    # An edit: a passage of twelve seconds is late by 20 ms. Left in, it would cost 0.01 BPM.
    beats_s[(beats_s > 30.0) & (beats_s < 42.0)] += 0.020
    found = align_tempo(attacks_on(beats_s, 60.0), 128.01, 0.1, sample_rate=RATE)
    assert found is not None
    assert found.bpm == pytest.approx(128.0, abs=0.002)
    late = ~found.trusted
    assert late.sum() == 2
    assert ((found.blocks_s[late] > 30.0) & (found.blocks_s[late] < 42.0)).all()


def test_every_record_of_an_alignment_has_one_entry_a_block() -> None:
    found = align_tempo(attacks_on(beats_at(128.0, 60.0), 60.0), 128.0, 0.1, sample_rate=RATE)
    assert found is not None
    assert len(found.blocks_s) == len(found.lags_s) == len(found.agreement) == len(found.trusted) >= 3
    assert (np.diff(found.blocks_s) > 0).all()
    assert found.slope_error >= 0.0


@pytest.mark.parametrize("duration_s", [1.0, 3.0])
def test_too_short_a_track_has_no_alignment(duration_s: float) -> None:
    attacks = attacks_on(beats_at(128.0, duration_s), duration_s)
    assert align_tempo(attacks, 128.0, 0.1, sample_rate=RATE) is None


def test_silence_has_no_alignment() -> None:
    assert align_tempo(np.zeros(30 * RATE // HOP, np.float32), 128.0, 0.1, sample_rate=RATE) is None


@settings(max_examples=20)
@given(BPMS, st.floats(0.1, 0.5), st.floats(-0.020, 0.020))
def test_the_beat_is_the_attack_near_where_it_was_heard(bpm: float, offset_s: float, error_s: float) -> None:
    attacks = attacks_on(beats_at(bpm, 30.0, offset_s), 30.0)
    found_s = attack_phase(attacks, bpm, offset_s + error_s, sample_rate=RATE)
    assert found_s == pytest.approx(offset_s, abs=0.001)


def test_an_attack_out_of_reach_does_not_pull_the_beat() -> None:
    attacks = attacks_on(beats_at(120.0, 30.0, 0.3), 30.0)
    assert attack_phase(attacks, 120.0, 0.2, sample_rate=RATE) == pytest.approx(0.2, abs=0.045)


def test_the_nearer_of_two_equal_attacks_is_the_beat() -> None:
    twice_s = np.sort(np.concatenate([beats_at(120.0, 30.0, 0.300), beats_at(120.0, 30.0, 0.330)]))
    attacks = attacks_on(twice_s, 30.0)
    assert attack_phase(attacks, 120.0, 0.303, sample_rate=RATE) == pytest.approx(0.300, abs=0.002)
    assert attack_phase(attacks, 120.0, 0.327, sample_rate=RATE) == pytest.approx(0.330, abs=0.002)


def test_where_nothing_begins_the_heard_beat_stays() -> None:
    assert attack_phase(np.zeros(5000, np.float32), 128.0, 0.123, sample_rate=RATE) == 0.123
