"""Tracks analysed for a picture: the analysis is that of `analyze`, in this process and in others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edm.errors import InputError
from edm.model import AnalysisOptions, Result
from edm.pictures.picture import TrackPicture
from edm.pipeline.analyze import analyze
from edm.pipeline.pictures import picture_many, picture_track
from tests import sounds

OPTIONS = AnalysisOptions(types=("bpm", "beats", "loudness"), detector="flux")


@pytest.fixture(scope="module")
def tracks(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("music")
    for name, bpm in (("a", 124.0), ("b", 140.0)):
        sounds.write_audio(folder / f"{name}.wav", sounds.track_at(bpm, 12.0).samples)
    (folder / "c.wav").write_bytes(b"no music")
    return [folder / f"{name}.wav" for name in "abc"]


def test_a_picture_has_the_analysis_of_its_track(tracks: list[Path]) -> None:
    picture = picture_track(tracks[0], OPTIONS)
    plain = analyze(tracks[0], OPTIONS.types, detector="flux")
    assert picture.analysis.tempo == plain.tempo
    assert picture.analysis.loudness == plain.loudness
    assert picture.analysis.beats is not None
    assert picture.residuals_ms is not None
    assert len(picture.residuals_ms) == len(picture.analysis.beats.times_s)
    assert np.nanmedian(np.abs(picture.residuals_ms)) < 3
    assert picture.waveform is not None
    assert picture.waveform.columns == 480


def test_without_beats_nothing_lies_off_the_grid(tracks: list[Path]) -> None:
    assert picture_track(tracks[0], replace(OPTIONS, types=("loudness",))).residuals_ms is None


def test_processes_find_the_same_as_one(tracks: list[Path]) -> None:
    alone = sorted(picture_many(tracks, options=OPTIONS, workers=1), key=by_index)
    spread = sorted(picture_many(tracks, options=OPTIONS, workers=2), key=by_index)
    assert [result.ok for result in alone] == [result.ok for result in spread] == [True, True, False]
    for one, other in zip(alone[:2], spread[:2], strict=True):
        assert one.ok
        assert other.ok
        assert (one.value.waveform.levels == other.value.waveform.levels).all()  # type: ignore[union-attr]
        assert np.array_equal(one.value.residuals_ms, other.value.residuals_ms, equal_nan=True)  # type: ignore[arg-type]


def test_what_can_never_work_is_told_at_once(tracks: list[Path]) -> None:
    with pytest.raises(InputError):
        picture_many(tracks, options=replace(OPTIONS, detector="none such"))


def by_index(result: Result[TrackPicture]) -> int:
    return result.index
