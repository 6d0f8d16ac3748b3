"""One file in, everything asked for out: tags, limits, steps, detectors."""

from __future__ import annotations

from pathlib import Path

import mutagen.flac
import pytest

from edm.analysis import track as track_module
from edm.analysis.octave import RATIOS
from edm.analysis.track import TYPES, analyze_track, prepare
from edm.errors import DecodeError, InputError, ModelsMissingError
from edm.model import AnalysisOptions
from sounds import track_at, write_audio

TRUE_BPM = 126.5


@pytest.fixture(scope="module")
def untagged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sound = track_at(TRUE_BPM, 20.0, "techno", 0.2, 1)
    return write_audio(tmp_path_factory.mktemp("music") / "untagged.flac", sound.samples)


def tagged(untagged: Path, folder: Path, bpm: str) -> Path:
    path = folder / "tagged.flac"
    path.write_bytes(untagged.read_bytes())
    file = mutagen.flac.FLAC(path)
    file["BPM"] = bpm
    file.save()
    return path


def flux(**options: object) -> AnalysisOptions:
    return AnalysisOptions(detector="flux", **options)  # type: ignore[arg-type]


def test_everything_is_found_out_by_default(untagged: Path) -> None:
    found = analyze_track(untagged, flux())
    assert found.types == tuple(TYPES) == ("bpm", "beats", "structure", "key", "loudness")
    assert found.tempo is not None
    assert found.beats is not None
    assert found.grid is not None
    assert found.structure is not None
    assert found.key is not None
    assert found.loudness is not None
    assert found.tempo.bpm == pytest.approx(TRUE_BPM, abs=0.01)
    assert (found.path, found.detector, found.fallback, found.tag_bpm) == (untagged, "flux", None, None)
    assert found.duration_s == pytest.approx(20.0, abs=1e-3)
    assert found.sample_rate == 44100
    assert found.elapsed_s > 0.0


def test_only_tempo_where_only_tempo_is_asked(untagged: Path) -> None:
    found = analyze_track(untagged, flux(types=("bpm",)))
    assert found.tempo is not None
    assert (found.beats, found.grid) == (None, None)


def test_only_beats_where_only_beats_are_asked(untagged: Path) -> None:
    found = analyze_track(untagged, flux(types=("beats",)))
    assert found.tempo is None
    assert found.beats is not None
    assert found.grid is not None


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        (("structure",), {"structure"}),
        (("key",), {"key"}),
        (("loudness",), {"loudness"}),
        (("bpm", "key"), {"tempo", "key"}),
        (("loudness", "structure"), {"structure", "loudness"}),
        (("grid",), {"structure"}),
        (("structure", "grid"), {"structure"}),
    ],
)
def test_what_is_not_asked_for_is_not_there(untagged: Path, asked: tuple[str, ...], there: set[str]) -> None:
    found = analyze_track(untagged, flux(types=asked))
    parts = ("tempo", "beats", "grid", "structure", "key", "loudness")
    assert {part for part in parts if getattr(found, part) is not None} == there


def test_an_alias_is_told_by_its_proper_name(untagged: Path) -> None:
    found = analyze_track(untagged, flux(types=("grid", "loudness", "structure")))
    assert found.types == ("structure", "loudness")


def test_a_key_alone_needs_no_detector(untagged: Path) -> None:
    steps: list[str] = []
    found = analyze_track(untagged, flux(types=("key",)), on_step=steps.append)
    assert found.detector is None
    assert steps == ["tags", "decode", "key"]


def test_steps_are_told_as_they_begin(untagged: Path) -> None:
    steps: list[str] = []
    analyze_track(untagged, flux(), on_step=steps.append)
    assert steps == ["tags", "decode", "beats", "structure", "key"]


def test_ignored_tags_are_neither_read_nor_reported(untagged: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    path = tagged(untagged, tmp_path, "126.5")
    found = analyze_track(path, flux(metadata="ignore"), on_step=steps.append)
    assert found.tag_bpm is None
    assert steps == ["decode", "beats", "structure", "key"]


def test_a_wrong_tag_is_reported_and_not_believed(untagged: Path, tmp_path: Path) -> None:
    found = analyze_track(tagged(untagged, tmp_path, "101"), flux())
    assert found.tag_bpm == 101.0
    assert found.tempo is not None
    assert found.tempo.bpm == pytest.approx(TRUE_BPM, abs=0.01)
    assert found.tempo.source == "flux"


def test_a_preferred_tag_stands_in_for_the_analysis(untagged: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    path = tagged(untagged, tmp_path, "101,25")
    found = analyze_track(path, flux(metadata="prefer", types=("bpm",)), on_step=steps.append)
    assert found.tempo is not None
    assert (found.tempo.bpm, found.tempo.source, found.tag_bpm) == (101.25, "tag", 101.25)
    assert found.detector is None
    assert "beats" not in steps


def test_a_preferred_tag_leaves_the_grid_to_the_detector(untagged: Path, tmp_path: Path) -> None:
    found = analyze_track(tagged(untagged, tmp_path, "126"), flux(metadata="prefer"))
    assert found.tempo is not None
    assert found.grid is not None
    assert (found.tempo.bpm, found.tempo.source) == (126.0, "tag")
    assert found.grid.bpm == pytest.approx(TRUE_BPM, abs=0.01)
    assert found.detector == "flux"


@pytest.mark.parametrize("bpm", ["0", "fast", "9"])
def test_an_implausible_tag_is_not_preferred(untagged: Path, tmp_path: Path, bpm: str) -> None:
    found = analyze_track(tagged(untagged, tmp_path, bpm), flux(metadata="prefer"))
    assert found.tempo is not None
    assert found.tempo.source == "flux"
    assert found.tempo.bpm == pytest.approx(TRUE_BPM, abs=0.01)


def test_a_tag_outside_the_limits_is_not_preferred(untagged: Path, tmp_path: Path) -> None:
    path = tagged(untagged, tmp_path, "101.25")
    found = analyze_track(path, flux(metadata="prefer", min_bpm=110.0))
    assert found.tempo is not None
    assert found.tempo.source == "flux"
    assert found.tag_bpm == 101.25


def test_a_file_without_a_tag_is_analysed_though_tags_are_preferred(untagged: Path) -> None:
    found = analyze_track(untagged, flux(metadata="prefer"))
    assert found.tempo is not None
    assert (found.tempo.source, found.tag_bpm) == ("flux", None)


@pytest.mark.parametrize(
    "limits",
    [
        {"max_bpm": 100.0},
        {"min_bpm": 170.0},
        {"min_bpm": 200.0, "max_bpm": 300.0},
        {"min_bpm": 60.0, "max_bpm": 70.0},
    ],
    ids=str,
)
def test_limits_move_the_tempo_to_a_ratio_within_them(untagged: Path, limits: dict[str, float]) -> None:
    found = analyze_track(untagged, flux(**limits))
    assert found.tempo is not None
    assert found.tempo.bpm is not None
    assert limits.get("min_bpm", 0.0) <= found.tempo.bpm <= limits.get("max_bpm", 1000.0)
    away = min(abs(found.tempo.bpm / (ratio * TRUE_BPM) - 1) for ratio in RATIOS)
    assert away < 1e-4


@pytest.mark.parametrize(("low", "high"), [(90.0, 91.0), (127.0, 127.5), (140.0, 141.0)])
def test_beats_keep_to_the_limits_even_where_no_ratio_fits(untagged: Path, low: float, high: float) -> None:
    found = analyze_track(untagged, flux(min_bpm=low, max_bpm=high))
    assert found.tempo is not None
    assert found.grid is not None
    assert found.tempo.bpm is None or low <= found.tempo.bpm <= high
    assert all(low <= segment.bpm <= high for segment in found.grid.segments)


def test_alternatives_are_few_sorted_and_less_likely(untagged: Path) -> None:
    tempo = analyze_track(untagged, flux()).tempo
    assert tempo is not None
    assert tempo.bpm is not None
    scores = [alternative.score for alternative in tempo.alternatives]
    assert 1 <= len(scores) <= 3
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1.0
    assert all(abs(alternative.bpm / tempo.bpm - 1) > 0.04 for alternative in tempo.alternatives)


def test_a_file_that_is_no_audio_is_a_decode_error(tmp_path: Path) -> None:
    path = tmp_path / "fake.wav"
    path.write_bytes(b"not a sound at all " * 100)
    with pytest.raises(DecodeError):
        analyze_track(path, flux())


def test_an_unknown_detector_lists_the_valid_ones(untagged: Path) -> None:
    with pytest.raises(InputError, match="ears") as caught:
        analyze_track(untagged, AnalysisOptions(detector="ears"))
    assert caught.value.hint == "valid: auto, network, flux, librosa"


def test_networks_asked_for_by_name_must_be_there(untagged: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelsMissingError, match="not installed"):
        analyze_track(untagged, AnalysisOptions(detector="network", models_dir=tmp_path))


def test_missing_networks_are_a_fallback_that_says_why(untagged: Path, tmp_path: Path) -> None:
    found = analyze_track(untagged, AnalysisOptions(models_dir=tmp_path))
    assert found.tempo is not None
    assert found.detector == found.tempo.source == "flux"
    assert found.fallback is not None
    assert "networks are not installed" in found.fallback


def test_a_detector_that_cannot_work_is_refused_before_the_first_track(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[bool] = []
    monkeypatch.setattr(track_module, "ensure_compiled", lambda **_: compiled.append(True))
    with pytest.raises(ModelsMissingError):
        prepare(AnalysisOptions(detector="network", models_dir=tmp_path))
    with pytest.raises(InputError):
        prepare(AnalysisOptions(detector="ears"))
    assert not compiled
    prepare(AnalysisOptions(detector="flux"))
    assert compiled
