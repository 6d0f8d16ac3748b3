"""Settings: who wins, what is refused, and where each value came from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edm.config import (
    Settings,
    default_toml,
    load_settings,
    project_settings_path,
    setting_keys,
    setting_toml,
    user_settings_path,
)
from edm.errors import SettingsError

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    (tmp_path / "project" / "deep").mkdir(parents=True)
    return {"folder": tmp_path / "project" / "deep", "user_file": tmp_path / "person" / "edm.toml"}


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_set_gives_the_defaults(places: dict[str, Path]) -> None:
    loaded = load_settings(environ={}, **places)
    assert loaded.settings == Settings()
    assert set(loaded.origins.values()) == {"default"}
    assert loaded.files == ()


@pytest.mark.parametrize(
    ("sources", "value", "origin"),
    [
        ("", "auto", "default"),
        ("person", "flux", "person"),
        ("person project", "librosa", "project"),
        ("person project env", "network", "EDM_ANALYSIS__DETECTOR"),
        ("person project env flag", "auto", "--detector"),
        ("person flag", "auto", "--detector"),
        ("env", "network", "EDM_ANALYSIS__DETECTOR"),
    ],
)
def test_the_stronger_source_wins(places: dict[str, Path], sources: str, value: str, origin: str) -> None:
    files = {
        "person": places["user_file"],
        "project": places["folder"].parent / "edm.toml",
    }
    if "person" in sources:
        write(files["person"], '[analysis]\ndetector = "flux"\n')
    if "project" in sources:
        write(files["project"], '[analysis]\ndetector = "librosa"\n')
    environ = {"EDM_ANALYSIS__DETECTOR": "network"} if "env" in sources else {}
    flags = {"analysis.detector": ("--detector", "auto" if "flag" in sources else None)}
    loaded = load_settings(flags, environ=environ, **places)
    assert loaded.settings.analysis.detector == value
    assert loaded.origins["analysis.detector"] == str(files.get(origin, origin))


def test_sources_are_mixed_key_by_key(places: dict[str, Path]) -> None:
    write(places["user_file"], "[analysis]\nmin_bpm = 80\nmax_bpm = 160\n")
    write(places["folder"] / "edm.toml", "[analysis]\nmax_bpm = 170.5\n")
    analysis = load_settings(
        {"analysis.timeout_s": ("--timeout", 5)}, environ={"EDM_MAX_WORKERS": "3"}, **places
    ).settings.analysis
    assert (analysis.min_bpm, analysis.max_bpm, analysis.timeout_s, analysis.max_workers) == (80, 170.5, 5, 3)


def test_the_nearest_parent_with_a_file_is_the_project(places: dict[str, Path]) -> None:
    write(places["folder"].parents[1] / "edm.toml", "")
    near = write(places["folder"].parent / "edm.toml", "")
    assert project_settings_path(places["folder"]) == near


def test_the_long_variable_beats_the_short_one(places: dict[str, Path]) -> None:
    environ = {"EDM_MAX_WORKERS": "3", "EDM_ANALYSIS__MAX_WORKERS": "2"}
    loaded = load_settings(environ=environ, **places)
    assert loaded.value("analysis.max_workers") == 2
    assert loaded.origins["analysis.max_workers"] == "EDM_ANALYSIS__MAX_WORKERS"


def test_zero_and_empty_mean_no_value(places: dict[str, Path]) -> None:
    environ = {"EDM_ANALYSIS__TIMEOUT_S": "0", "EDM_MAX_WORKERS": "0", "EDM_MODELS__DIR": ""}
    settings = load_settings(environ=environ, **places).settings
    assert (settings.analysis.timeout_s, settings.analysis.max_workers, settings.models.dir) == (None, None, None)


def test_lists_in_variables_are_separated_by_commas(places: dict[str, Path]) -> None:
    environ = {"EDM_ANALYSIS__TYPES": "bpm, beats"}
    assert load_settings(environ=environ, **places).settings.analysis.types == ("bpm", "beats")


def test_a_path_in_a_file_is_relative_to_the_file(places: dict[str, Path]) -> None:
    write(places["folder"].parent / "edm.toml", '[models]\ndir = "nets"\n')
    assert load_settings(environ={}, **places).settings.models.dir == places["folder"].parent / "nets"


@pytest.mark.parametrize(
    ("text", "named", "hinted"),
    [
        ('[analysis]\ndetectr = "flux"\n', "detectr", "did you mean detector?"),
        ('[anlysis]\ndetector = "flux"\n', "anlysis", "did you mean analysis?"),
        ('detector = "flux"\n', "detector", "valid: analysis, models, library, sonic, genres, artifacts, playlist"),
        ('analysis = "flux"\n', "analysis", "[analysis]"),
        ("[analysis\n", "not valid TOML", "edm config init"),
        ("[analysis]\nmax_workers = -2\n", "analysis.max_workers = -2", "Cap"),
        ("[analysis]\nmax_workers = true\n", "analysis.max_workers = True", "Cap"),
        ("[analysis]\nmin_bpm = nan\n", "analysis.min_bpm = nan", "lower limit"),
        ('[analysis]\nmetadata = "maybe"\n', "'use', 'ignore' or 'prefer'", "BPM tags"),
        ('[output]\nformat = "xml"\n', "'jsonl'", "table"),
        ("[analysis]\ntypes = []\n", "analysis.types", "bpm, beats"),
    ],
)
def test_a_bad_file_is_named_with_key_and_remedy(places: dict[str, Path], text: str, named: str, hinted: str) -> None:
    path = write(places["folder"] / "edm.toml", text)
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={}, **places)
    assert str(path) in caught.value.message
    assert named in caught.value.message
    assert hinted in (caught.value.hint or "")
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("variable", "value", "hinted"),
    [
        ("EDM_ANALYSIS__DETECTR", "flux", "did you mean EDM_ANALYSIS__DETECTOR?"),
        ("EDM_MAX_WORKER", "2", "did you mean EDM_MAX_WORKERS?"),
        ("EDM_MAX_WORKERS", "many", "Cap"),
        ("EDM_ANALYSIS__TIMEOUT_S", "-1", "Seconds"),
        ("EDM_MODELS__URL", "ftp://elsewhere/", "fetch"),
    ],
)
def test_a_bad_variable_is_named_with_its_remedy(
    places: dict[str, Path], variable: str, value: str, hinted: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={variable: value}, **places)
    assert variable in caught.value.message
    assert hinted in (caught.value.hint or "")


def test_limits_that_exclude_each_other_name_both_sources(places: dict[str, Path]) -> None:
    path = write(places["folder"] / "edm.toml", "[analysis]\nmax_bpm = 100\n")
    with pytest.raises(SettingsError, match="less than max_bpm") as caught:
        load_settings({"analysis.min_bpm": ("--min-bpm", 120.0)}, environ={}, **places)
    assert str(path) in caught.value.message
    assert "--min-bpm" in caught.value.message


def test_zero_default_workers_are_refused(places: dict[str, Path]) -> None:
    with pytest.raises(SettingsError, match="at least 1, or -1"):
        load_settings(environ={"EDM_ANALYSIS__DEFAULT_WORKERS": "0"}, **places)


def test_the_written_file_lists_every_setting_and_changes_nothing(places: dict[str, Path]) -> None:
    path = write(places["folder"] / "edm.toml", default_toml())
    loaded = load_settings(environ={}, **places)
    assert loaded.settings == Settings()
    assert set(loaded.origins.values()) == {str(path)}
    assert set(loaded.origins) == set(setting_keys())


def test_the_file_in_the_repository_is_the_written_one() -> None:
    assert (REPOSITORY / "edm.toml").read_text(encoding="utf-8") == default_toml()


def test_a_key_is_taken_from_the_environment_and_shown_nowhere(places: dict[str, Path]) -> None:
    loaded = load_settings(environ={"EDM_GENRES__LASTFM_API_KEY": "abc123"}, **places)
    assert loaded.settings.genres.lastfm_api_key.get_secret_value() == "abc123"
    shown = setting_toml("genres.lastfm_api_key", loaded.value("genres.lastfm_api_key"))
    assert shown == 'lastfm_api_key = "**********"'
    dumped = json.dumps(loaded.settings.model_dump(mode="json"))
    assert "abc123" not in dumped + repr(loaded.settings) + str(loaded.settings)


def test_an_absent_key_is_shown_as_absent() -> None:
    assert setting_toml("genres.lastfm_api_key", Settings().genres.lastfm_api_key) == 'lastfm_api_key = ""'


def test_a_key_of_the_wrong_kind_is_not_repeated(places: dict[str, Path]) -> None:
    write(places["folder"] / "edm.toml", "[genres]\nlastfm_api_key = 123456789\n")
    with pytest.raises(SettingsError, match="lastfm_api_key") as caught:
        load_settings(environ={}, **places)
    assert "123456789" not in f"{caught.value.message} {caught.value.hint}"


def test_every_setting_is_explained() -> None:
    for line, following in zip(default_toml().splitlines(), default_toml().splitlines()[1:], strict=False):
        if " = " in following and not following.startswith("#"):
            assert line.startswith("# ")


def test_the_persons_file_is_not_in_the_working_folder() -> None:
    assert user_settings_path().name == "edm.toml"
    assert user_settings_path().is_absolute()
