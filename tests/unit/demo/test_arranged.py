"""The truth about a track drawn by lot is what sounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.demo.arranged import RANDOM_STYLES, ArrangedTrack, random_track
from edm.errors import InputError


def shared(seed: int, style: str) -> ArrangedTrack:
    return random_track(seed, style=style, duration_s=90.0, sample_rate=11025)


@pytest.mark.parametrize("style", RANDOM_STYLES)
def test_sections_tile_the_track_on_downbeats(style: str) -> None:
    track = shared(3, style)
    starts = [section.start_s for section in track.sections]
    assert starts[0] == 0.0
    assert starts[1:] == [section.end_s for section in track.sections[:-1]]
    assert track.sections[-1].end_s == pytest.approx(track.duration_s)
    assert all(np.abs(track.downbeats_s - start).min() < 1e-6 for start in starts[1:])
    np.testing.assert_allclose(np.diff(track.beats_s), 60 / track.bpm)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_one_seed_gives_one_track_to_the_last_byte(seed: int) -> None:
    once, again = (random_track(seed, duration_s=60.0, sample_rate=8000) for _ in range(2))
    other = random_track(seed + 1, duration_s=60.0, sample_rate=8000)
    assert once.samples.tobytes() == again.samples.tobytes()
    assert once.sections == again.sections
    assert once.samples.tobytes() != other.samples.tobytes()


@pytest.mark.parametrize(
    "arguments",
    [
        {"seed": -1},
        {"duration_s": 10.0},
        {"bpm": 0.0},
        {"style": "polka"},
        {"key": "H minor"},
        {"tuning_cents": 80.0},
        {"width": 2.0},
    ],
)
def test_what_cannot_be_played_is_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(InputError):
        random_track(**{"seed": 1, **arguments})  # type: ignore[arg-type]
