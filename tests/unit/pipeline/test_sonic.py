"""The stage of the sound: one decode gives analysis and features, and both are stored with the note that it is done."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sounds
from edm.audio.decode import decode
from edm.audio.identity import audio_hash
from edm.errors import AudioError, EdmError
from edm.library import Library, failures, open_library, results, stages, tracks
from edm.library.records import SonicResult
from edm.model import AnalysisOptions, Failure
from edm.pipeline.analyze import analyze_many
from edm.pipeline.sonic import SonicStage, TakeFeatures
from edm.pipeline.stage import RunRequest, StageReport, Telling
from edm.sonic.extract import extract
from edm.sonic.spec import DIMENSIONS, SPEC_VERSION
from tests.unit.pipeline.scanning import named, rescan

FLUX = AnalysisOptions(types=("bpm", "beats"), detector="flux")


def ask(**asked: Any) -> RunRequest:
    return RunRequest(**{"analysis": AnalysisOptions(detector="flux"), "workers": 1, **asked})


def run(library: Library, **asked: Any) -> StageReport:
    return SonicStage().run(library, ask(**asked), Telling())


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    sounds.write_audio(folder / "beat.wav", sounds.track_at(124.0, 8.0).samples)
    sounds.write_audio(folder / "pad.wav", sounds.beatless_pad(8.0))
    (folder / "bad.mp3").write_bytes(b"nothing that is audio " * 200)
    return folder


@pytest.fixture
def library(tmp_path: Path, music: Path) -> Iterator[Library]:
    with open_library(tmp_path / "library.db", mode="write") as opened:
        rescan(opened, music)
        yield opened


@pytest.fixture(scope="module")
def taken(music: Path) -> SonicResult:
    return TakeFeatures(FLUX, "auto", "7")(music / "beat.wav")


def test_features_are_those_of_the_decoded_audio(taken: SonicResult, music: Path) -> None:
    audio = decode(music / "beat.wav", sample_rate=44100)
    alone = extract(audio, tempo=taken.analysis.tempo, beats=taken.analysis.beats, mode="auto")
    assert taken.vectors.keys() == alone.vectors.keys() == {"full", "start", "mid", "end"}
    for name, vector in alone.vectors.items():
        np.testing.assert_array_equal(taken.vectors[name], vector)
    assert taken.spans.keys() == {"start", "mid", "end"}
    assert taken.audio_hash == audio_hash(audio.samples)
    assert (taken.spec_version, taken.mode, taken.detector_version) == (SPEC_VERSION, "beat", "7")


def test_the_analysis_is_that_of_the_analyze_command(taken: SonicResult, music: Path) -> None:
    (result,) = analyze_many([music / "beat.wav"], options=FLUX, workers=1)
    assert not isinstance(result, Failure)
    assert taken.analysis.tempo == result.value.tempo
    assert taken.analysis.grid == result.value.grid


def test_the_work_travels_to_workers() -> None:
    work = TakeFeatures(FLUX, "windowed", "7")
    assert pickle.loads(pickle.dumps(work)) == work


def test_a_track_without_beats_falls_back_to_windows_and_says_so(music: Path) -> None:
    result = TakeFeatures(FLUX, "auto", "7")(music / "pad.wav")
    if result.mode == "windowed":
        assert result.analysis.fallback is not None
        assert result.analysis.fallback.startswith("windowed: ")
    else:
        assert result.analysis.beats is not None


def test_windows_that_were_asked_for_are_no_fallback(music: Path) -> None:
    result = TakeFeatures(FLUX, "windowed", "7")(music / "beat.wav")
    assert (result.mode, result.analysis.fallback) == ("windowed", None)


def test_what_cannot_be_decoded_is_an_error_of_its_file(music: Path) -> None:
    with pytest.raises(AudioError, match=r"bad\.mp3"):
        TakeFeatures(FLUX, "auto", "7")(music / "bad.mp3")


def test_a_run_stores_all_that_was_found(library: Library, taken: SonicResult) -> None:
    report = run(library)
    assert (report.done, report.failed, report.skipped) == (2, 1, 0)
    track = named(library, "beat.wav")
    assert track.bpm == pytest.approx(124.0, abs=0.05)
    assert (track.sonic_version, track.sonic_mode) == (str(SPEC_VERSION), "beat")
    assert track.audio_hash == taken.audio_hash
    stored = results.analysis(library, track.id)
    assert stored is not None
    assert (stored.detector, stored.identity) == ("flux", track.stamp.sample_hash)
    assert stored.beats is not None
    assert taken.analysis.beats is not None
    np.testing.assert_array_equal(stored.beats.times_s, taken.analysis.beats.times_s)
    rows = {row.track_id: row for row in results.iter_sonic_rows(library)}
    for name, vector in taken.vectors.items():
        np.testing.assert_array_equal(rows[track.id].vectors[name], vector)
        assert vector.shape == (len(DIMENSIONS),)


def test_what_cannot_be_decoded_is_remembered_and_not_tried_again(library: Library) -> None:
    run(library)
    (failed,) = failures.listed(library)
    assert (failed.path.name, failed.stage, failed.error_type) == ("bad.mp3", "sonic", "DecodeError")
    again = run(library)
    assert (again.done, again.failed, again.skipped) == (0, 0, 3)
    assert run(library, retry_failed=True).failed == 1


def test_one_worker_and_two_store_the_same_bits(library: Library, tmp_path: Path, music: Path) -> None:
    run(library)
    with open_library(tmp_path / "other.db", mode="write") as other:
        rescan(other, music)
        run(other, workers=2)
        together = {row.path: row for row in results.iter_sonic_rows(other)}
    alone = {row.path: row for row in results.iter_sonic_rows(library)}
    assert alone.keys() == together.keys()
    assert len(alone) == 2
    for path, row in alone.items():
        assert row.bpm == together[path].bpm
        for name, vector in row.vectors.items():
            assert vector.tobytes() == together[path].vectors[name].tobytes()


def test_the_version_tells_spec_detector_and_mode() -> None:
    stage = SonicStage()
    versions = {stage.version(ask(mode=mode)) for mode in ("auto", "beat", "windowed")}
    versions.add(stage.version(RunRequest(analysis=AnalysisOptions(detector="librosa"))))
    assert len(versions) == 4
    assert all(version.startswith(f"{SPEC_VERSION}/") for version in versions)


def test_a_detector_that_is_not_there_is_told_before_anything_is_done(library: Library, tmp_path: Path) -> None:
    request = RunRequest(analysis=AnalysisOptions(detector="network", models_dir=tmp_path / "nowhere"))
    with pytest.raises(EdmError):
        SonicStage().run(library, request, Telling())
    assert failures.listed(library) == ()


def test_windows_make_beats_stale_and_replace_them(library: Library) -> None:
    run(library)
    assert SonicStage().preview(library, ask(mode="windowed")).reasons == {"stale version": 3}
    run(library, mode="windowed")
    assert {track.sonic_mode for track in tracks.iterate(library)} == {"windowed", None}


def test_features_and_note_are_stored_together_or_not_at_all(library: Library, taken: SonicResult) -> None:
    track = named(library, "beat.wav")
    broken = SonicResult(
        taken.analysis, {**taken.vectors, "end": np.full(3, np.nan, np.float32)}, taken.spans, "1", "b"
    )
    with pytest.raises(EdmError):
        SonicStage().store(library, track, "1", broken, 1.0)
    assert named(library, "beat.wav").sonic_version is None
    assert stages.counts(library, "sonic", "1")["done"] == 0
