"""The library's front door."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from edm import AnalysisOptions, analyze, analyze_many
from edm.errors import AudioError, InputError, ModelsMissingError
from edm.pipeline.analyze import AnalyzeTrack, validate_options
from edm.processing.progress import Event, ItemStarted, RunFinished, RunWarning
from sounds import RATE, silence, track_at, write_audio

FLUX = AnalysisOptions(detector="flux")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_audio(tmp_path_factory.mktemp("analyze") / "house.wav", track_at(124.3, 20.0).samples, RATE)


@pytest.fixture(scope="module")
def quiet(house: Path) -> Path:
    return write_audio(house.with_name("silence.wav"), silence(2.0), RATE)


def test_one_call_gives_tempo_beats_and_grid(house: Path) -> None:
    track = analyze(str(house), detector="flux")
    assert track.tempo is not None
    assert track.tempo.bpm == pytest.approx(124.3, abs=0.05)
    assert track.beats is not None
    assert track.grid is not None
    assert track.path == house


def test_a_single_type_may_be_a_word(quiet: Path) -> None:
    track = analyze(quiet, "bpm", detector="flux")
    assert track.types == ("bpm",)
    assert track.grid is None


def test_a_file_that_is_not_there_is_an_audio_error(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="nowhere"):
        analyze(tmp_path / "nowhere.wav", detector="flux")


def test_many_give_a_result_each_with_place_and_path(house: Path, quiet: Path, tmp_path: Path) -> None:
    paths = [house, tmp_path / "nowhere.wav", str(quiet)]
    results = sorted(analyze_many(paths, options=FLUX, workers=1), key=lambda result: result.index)
    assert [result.ok for result in results] == [True, False, True]
    assert [result.item for result in results] == [Path(path) for path in paths]


def test_workers_and_one_process_agree(house: Path, quiet: Path) -> None:
    def estimates(workers: int) -> dict[Path, object]:
        results = analyze_many([house, quiet], options=FLUX, workers=workers)
        return {result.item: result.value.tempo for result in results if result.ok}

    assert estimates(2) == estimates(1)
    assert len(estimates(1)) == 2


def test_nothing_gives_nothing() -> None:
    assert list(analyze_many([], options=FLUX)) == []


def test_a_listener_hears_tracks_by_name_and_the_end(quiet: Path) -> None:
    events: list[Event] = []
    list(analyze_many([quiet], options=FLUX, workers=1, listener=events.append))
    assert [event.label for event in events if isinstance(event, ItemStarted)] == ["silence.wav"]
    assert isinstance(events[-1], RunFinished)


def test_more_workers_than_cores_are_warned_of_even_for_one_track(quiet: Path) -> None:
    events: list[Event] = []
    list(analyze_many([quiet], options=FLUX, workers=500, listener=events.append))
    assert any(isinstance(event, RunWarning) and "500 workers" in event.message for event in events)


@pytest.mark.parametrize(
    ("options", "said", "hint"),
    [
        (AnalysisOptions(types=("bmp",)), "unknown type 'bmp'", "did you mean bpm?"),
        (AnalysisOptions(types=("gird",)), "unknown type 'gird'", "did you mean grid?"),
        (AnalysisOptions(types=()), "no types", "bpm, beats"),
        (AnalysisOptions(detector="magic"), "unknown detector 'magic'", "auto, network, flux, librosa"),
        (AnalysisOptions(min_bpm=0.0), "min_bpm must be more than 0", ""),
        (AnalysisOptions(max_bpm=float("nan")), "max_bpm must be more than 0", ""),
        (AnalysisOptions(min_bpm=150.0, max_bpm=90.0), "less than max_bpm", ""),
    ],
)
def test_options_that_make_no_sense_are_refused_before_any_work(options: AnalysisOptions, said: str, hint: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        analyze_many(["x.wav"], options=options)
    assert hint in (caught.value.hint or "")


def test_a_detector_without_its_networks_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(ModelsMissingError):
        analyze_many(["x.wav"], options=AnalysisOptions(detector="network", models_dir=tmp_path))


@pytest.mark.parametrize("workers", [0, -1])
def test_no_workers_are_refused_before_any_work(workers: int) -> None:
    with pytest.raises(InputError):
        analyze_many(["x.wav"], options=FLUX, workers=workers)


def test_good_options_pass() -> None:
    validate_options(AnalysisOptions(min_bpm=90.0, max_bpm=180.0))


def test_the_work_travels_by_pickle() -> None:
    assert pickle.loads(pickle.dumps(AnalyzeTrack(FLUX))) == AnalyzeTrack(FLUX)
