"""Playlists and neighbours as a person asks for them: by the program itself, from a library with its matrices."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from edm.cli.app import app
from edm.library import open_library, tracks
from edm.library.records import FileStamp
from edm.model import Tags
from edm.playlist.m3u import read_m3u
from tests.integration import cli_program
from tests.integration.cli_program import clean_environment
from tests.integration.library_program import own_places
from tests.integration.readme_blocks import ROOT, blocks
from unit.pipeline.planted import plant

N = 120


class House:
    """A person's home with a library."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.database = home / "data" / "edm" / "library.db"
        self.matrices = home / "data" / "edm" / "artifacts" / "data_matrices.npz"

    def edm(self, *args: str | Path) -> subprocess.CompletedProcess[str]:
        """Run the program in this process, in the home."""
        environ: dict[str, str | None] = dict.fromkeys(os.environ)
        environ |= clean_environment(self.home, own_places(self.home), own_cache=False)
        before = Path.cwd()
        os.chdir(self.home)
        try:
            done = CliRunner().invoke(app, list(map(os.fspath, args)), env=environ, prog_name="edm")
        finally:
            os.chdir(before)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return subprocess.CompletedProcess(args, done.exit_code, done.stdout, done.stderr)

    def ok(self, *args: str | Path) -> subprocess.CompletedProcess[str]:
        """Run the program, which succeeds."""
        done = self.edm(*args)
        assert done.returncode == 0, done.stderr
        return done

    def data(self, *args: str | Path) -> Any:
        """What it puts out as JSON."""
        return json.loads(self.ok(*args, "--format", "json").stdout)

    def refused(self, *args: str | Path, code: int = 2) -> tuple[str, str]:
        """The error and its hint."""
        done = self.edm(*args)
        assert (done.returncode, done.stdout) == (code, "")
        error, hint = done.stderr.splitlines()
        return error.removeprefix("error: "), hint.removeprefix("hint: ")

    def ids(self, *args: str | Path) -> list[int]:
        """Tracks of a playlist."""
        return [track["track_id"] for track in self.data("playlist", *args)["tracks"]]


@pytest.fixture(scope="module", autouse=True)
def one_program() -> Iterator[None]:
    """The program put together once, and not for each of a hundred calls."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.testing._get_command", cache(get_command), raising=False)
        yield


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library, built once."""
    home = tmp_path_factory.mktemp("planted")
    plant(House(home).database, N)
    return home


@pytest.fixture
def house(planted: Path, tmp_path: Path) -> House:
    """A copy of it."""
    home = tmp_path / "home"
    shutil.copytree(planted, home)
    return House(home)


def test_a_playlist_is_one_document_with_a_reason_for_every_step(house: House) -> None:
    record = house.data("playlist", "--track", "5", "--count", "12")
    found = record["tracks"]
    assert [track["place"] for track in found] == list(range(1, 13))
    assert len({track["track_id"] for track in found}) == 12
    assert found[0]["track_id"] == 5
    assert [track["is_seed"] for track in found] == [True] + [False] * 11
    assert found[0]["transition"] is None
    scores = [track["transition"]["score"] for track in found[1:]]
    assert all(track["transition"]["reason"] for track in found[1:])
    assert record["summary"]["weakest"] == min(scores)
    assert record["summary"]["mean"] == pytest.approx(np.mean(scores), abs=1e-4)
    assert record["asked"]["mode"] == "dynamic"


def test_a_program_gets_the_same_without_any_word_beside(house: House) -> None:
    done = cli_program.edm(
        *("playlist", "--genre", "techno", "-n", "8", "--format", "json", "-q"),
        home=house.home,
        env=own_places(house.home),
        own_cache=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == house.data("playlist", "--genre", "techno", "-n", "8")


def test_several_seeds_are_fixed_points_in_their_order(house: House) -> None:
    record = house.data("playlist", "--track", "9", "--track", "3", "--track", "40", "-n", "15")
    assert [track["track_id"] for track in record["tracks"] if track["is_seed"]] == [9, 3, 40]
    assert record["tracks"][0]["track_id"] == 9
    assert record["tracks"][-1]["track_id"] == 40


def test_rules_that_are_asked_for_are_kept_or_said_to_be_broken(house: House) -> None:
    options = "--bpm-range 118:134 --max-per-artist 1 --max-stretch 3 --key-rule off --mode narrow"
    record = house.data("playlist", "--artist", "night signal", "-n", "10", *options.split())
    found = record["tracks"]
    broken = {place for one in record["relaxed"] for place in one["places"]}
    assert all(118 <= track["bpm"] <= 134 for track in found)
    for track in found[1:]:
        assert abs(track["transition"]["pitch_pct"]) <= 3.01 or track["place"] in broken
    assert record["asked"]["max_per_artist"] == 1
    assert len({track["artist"] for track in found}) == len(found)


def test_arcs_are_asked_for_and_answered(house: House) -> None:
    record = house.data(*["playlist", "--genre", "house", "-n", "8", "--bpm-arc", "120:128", "--energy-arc", "wave"])
    assert (record["asked"]["bpm_arc"], record["asked"]["energy_arc"]) == ("120:128", "wave")
    assert 0 <= record["summary"]["bpm_arc_reached"] <= 1
    assert 0 <= record["summary"]["energy_arc_reached"] <= 1


def test_an_arc_gives_way_to_keys_only_where_both_are_asked_for(house: House) -> None:
    asked = ["playlist", "--track", "5", "-n", "12", "--energy-arc", "wave"]
    found = {name: house.data(*asked, *args) for name, args in (("no", ()), ("yes", ("--key-rule", "compatible")))}
    assert [found[name]["asked"]["key_rule_asked"] for name in ("no", "yes")] == [False, True]
    places = {(name, one["rule"]): len(one["places"]) for name in found for one in found[name]["relaxed"]}
    assert places.get(("no", "energy_arc"), 0) < places.get(("yes", "energy_arc"), 0)
    assert places.get(("no", "key_rule"), 0) > places.get(("yes", "key_rule"), 0)


@pytest.mark.parametrize("seed", ["0", "3"])
def test_a_genre_begins_with_a_track_that_the_rules_let_in(house: House, seed: str) -> None:
    for text in ("--genre techno --bpm-range 135:145", "--genre house --bpm-arc 126:132"):
        record = house.data("playlist", *text.split(), "-n", "3", "--seed", seed)
        low, high = (135, 145) if "range" in text else (126 / 1.025, 126 * 1.025)
        assert low <= record["tracks"][0]["bpm"] <= high
        assert not [one for one in record["relaxed"] if one["rule"] == "limits"]
    loud = house.data("playlist", "--genre", "house", "--energy-arc", "8:9", "-n", "3", "--seed", seed)
    assert loud["tracks"][0]["energy"] >= 7
    nothing = house.data("playlist", "--genre", "techno", "--bpm-range", "60:65", "-n", "3", "--seed", seed)
    assert [one["rule"] for one in nothing["relaxed"]] == ["limits", "count"]


def test_minutes_end_a_list(house: House) -> None:
    record = house.data("playlist", "--track", "5", "--minutes", "40")
    assert record["summary"]["minutes"] == pytest.approx(40, abs=4)
    assert record["asked"]["count"] is None


def test_a_short_list_says_why(house: House) -> None:
    done = house.ok("playlist", "--track", "5", "--bpm-range", "200:210", "-n", "10", "--format", "json")
    assert len(json.loads(done.stdout)["tracks"]) == 1
    assert "not kept: length: " in done.stderr
    quiet = house.ok("playlist", "--track", "5", "--bpm-range", "200:210", "-n", "10", "--format", "json", "-q")
    assert quiet.stderr == ""
    assert quiet.stdout == done.stdout


def test_another_seed_is_another_list_and_the_same_seed_the_same(house: House) -> None:
    first, second, third = (house.ids("--genre", "techno", "-n", "6", "--seed", seed) for seed in "120")
    assert first == house.ids("--genre", "techno", "-n", "6", "--seed", "1")
    assert len({first[0], second[0], third[0]}) > 1


def test_the_table_has_all_and_fits_the_screen(house: House) -> None:
    shown = house.ok("playlist", "--track", "5", "-n", "6", "--format", "table").stdout.splitlines()
    assert shown[0].split() == ["#", "track", "BPM", "key", "E", "min"]
    assert shown[1].startswith("1*")
    assert "% pitch" in shown[2] or "same tempo" in shown[2]
    assert shown[12] == ""
    assert shown[13].startswith("6 tracks, ")
    assert "mean ." in shown[14]


def test_csv_has_a_row_for_each_track(house: House) -> None:
    done = house.ok("playlist", "--track", "5", "-n", "6", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    assert [row["place"] for row in rows] == list("123456")
    assert rows[0]["reason"] == ""
    assert float(rows[1]["score"]) <= 1


def test_a_players_list_has_its_reasons_beside_it(house: House) -> None:
    done = house.ok("playlist", "--track", "5", "-n", "6", "--output", "sets/friday.m3u8")
    assert done.stdout == ""
    assert "wrote 6 tracks to sets/friday.m3u8, and the reasons to sets/friday.json" in done.stderr
    listed = read_m3u((house.home / "sets" / "friday.m3u8").read_bytes())
    record = json.loads((house.home / "sets" / "friday.json").read_text(encoding="utf-8"))
    assert [track.path for track in listed] == [track["path"] for track in record["tracks"]]
    assert [track.name for track in listed] == [f"{one['artist']} - {one['title']}" for one in record["tracks"]]
    assert sorted(path.name for path in (house.home / "sets").iterdir()) == ["friday.json", "friday.m3u8"]
    again = house.ok("playlist", "--track", "5", "-n", "4", "--output", "sets/friday.m3u8")
    assert "wrote 4 tracks" in again.stderr


def test_what_is_written_is_taken_as_seeds(house: House) -> None:
    house.ok("playlist", "--track", "5", "-n", "4", "--output", "sets/a.m3u8", "--relative")
    text = (house.home / "sets" / "a.m3u8").read_text(encoding="utf-8")
    assert text.splitlines()[2].startswith("../")
    written = [track["track_id"] for track in json.loads((house.home / "sets" / "a.json").read_text())["tracks"]]
    record = house.data("playlist", "--seed-file", "sets/a.m3u8", "-n", "9")
    assert [track["track_id"] for track in record["tracks"] if track["is_seed"]] == written


def test_a_dry_run_writes_nothing(house: House) -> None:
    done = house.ok("playlist", "--track", "5", "-n", "4", "--output", "sets/a.m3u8", "--dry-run")
    assert "dry run: would write 4 tracks to sets/a.m3u8" in done.stderr
    assert not (house.home / "sets").exists()


def test_another_file_is_never_taken_for_reasons(house: House) -> None:
    (house.home / "a.json").write_text("{}")
    error, _ = house.refused("playlist", "--track", "5", "--output", "a.m3u8")
    assert error == "a.json, where the reasons would be written, is another file"
    assert not (house.home / "a.m3u8").exists()


@pytest.mark.parametrize(
    ("args", "error", "hint"),
    [
        ([], "needs a beginning", "--artist NAME"),
        (["--mode", "narrow", "explain", "5", "6"], "options of explain stand behind its name", "explain A B"),
        (["--track", "5", "--format", "m3u8", "--output", "a.json"], "is where the reasons would be", "a.m3u8"),
        (["--artist", "x", "--genre", "techno"], "exclude each other", "fixed points"),
        (["--artist", "nigt signal"], "no track in the matrices is by 'nigt signal'", "Night Signal"),
        (["--artist", "signl"], "no track in the matrices is by 'signl'", "Deep Signal"),
        (["--genre", "techmo"], "no track in the matrices has the genre 'techmo'", "techno"),
        (["--track", "Circuit Nigth 5"], "no track in the matrices is", "Circuit Night 5"),
        (["--track", "99999"], "no track in the matrices is '99999'", "edm run"),
        (["--seed-file", "none.m3u"], "none.m3u cannot be read: no such file", ""),
        (["--track", "5", "--bpm-range", "fast"], "'fast' is no range of tempo", "120:130"),
        (["--track", "5", "--bpm-range", "130:120"], "'130:120' is no range of tempo", "120:130"),
        (["--track", "5", "--bpm-arc", "sideways"], "'sideways' is no arc of bpm", "128:136"),
        (["--track", "5", "--energy-arc", "0:20"], "leaves the range", ""),
        (["--track", "5", "--format", "xml"], "--format xml is none", "m3u8"),
        (["--track", "5", "--relative"], "--relative is for an M3U8", "m3u8"),
        (["--track", "5", "--output", "a.m3u"], "players do not agree", "a.m3u8"),
        (["--track", "5", "--output", "a.xyz"], "the suffix names no format", ".m3u8"),
        (["--track", "5", "--output", "data"], "the suffix names no format", ".m3u8"),
        (["--track", "5", "--mode", "loud"], "--mode", "How far"),
        (["--track", "1", "--track", "2", "-n", "1"], "2 seeds do not fit into 1 tracks", ""),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_hint(house: House, args: list[str], error: str, hint: str) -> None:
    done = house.edm("playlist", *args)
    assert (done.returncode, done.stdout) == (2, "")
    said = done.stderr.splitlines()
    assert said[0].startswith("error: ")
    assert error in said[0]
    assert hint in (said[1] if len(said) > 1 else "")


def test_old_matrices_are_used_with_a_word(house: House) -> None:
    with open_library(house.database, mode="write", create=False) as library:
        new = tracks.add(library, 1, "new.flac", FileStamp(1, 1, "new"), Tags(title="Brand New", artist="Newcomer"))
        tracks.delete(library, [7])
    done = house.ok("playlist", "--track", "5", "-n", "3", "--format", "json")
    assert done.stderr == "warning: the matrices are older than the library; edm artifacts builds them anew\n"
    for text in ("/music/new.flac", str(new), "brand new", "Newcomer - Brand New"):
        said = house.edm("similar", text).stderr
        assert f"error: track {new} is in the library, but not in the matrices: /music/new.flac" in said
        assert "hint: edm run takes it up" in said
    said = house.edm("playlist", "--artist", "newcomer").stderr
    assert "'Newcomer' is in the library, but none of its tracks are in the matrices" in said


def test_a_copy_is_told_for_which_track_it_stands(house: House) -> None:
    with open_library(house.database, mode="write", create=False) as library:
        copy = tracks.add(library, 1, "copy.flac", FileStamp(1, 1, "audio 4"), Tags())
        tracks.set_duplicate(library, copy, 5)
    assert f"track {copy} is a copy of track 5" in house.edm("similar", "/music/copy.flac").stderr


def test_matrices_alone_are_enough_where_they_are_named(house: House) -> None:
    house.database.unlink()
    done = house.ok("playlist", "--track", "5", "-n", "3", "--format", "json")
    assert "no library at " in done.stderr
    assert len(json.loads(done.stdout)["tracks"]) == 3


def test_without_a_library_or_matrices_it_says_what_makes_them(house: House) -> None:
    error, hint = house.refused("similar", "5", "--db", "other.db", code=1)
    assert "no library at " in error
    assert "edm scan" in hint
    house.matrices.unlink()
    error, hint = house.refused("similar", "5", code=1)
    assert error.startswith("there is no ")
    assert hint == "edm artifacts makes it"
    house.database.unlink()
    assert "no library at " in house.refused("similar", "5", code=1)[0]


def test_matrices_of_another_version_are_refused(house: House) -> None:
    with np.load(house.matrices) as members:
        held = dict(members)
    held["schema_version"] = np.array(1)
    np.savez(house.matrices, **held)
    error, hint = house.refused("playlist", "--track", "5", code=1)
    assert "was built by an older edm (schema 1" in error
    assert hint == "run edm artifacts"


@pytest.mark.parametrize("without", [("artists",), ("genres",), ("key", "energy"), ("bpm",)])
def test_what_is_not_known_keeps_nobody_from_a_playlist(tmp_path: Path, without: tuple[str, ...]) -> None:
    house = House(tmp_path)
    plant(house.database, 30, without=without)
    assert len(house.ids("--track", "5", "-n", "8")) == 8
    for command in (["playlist", "--track", "5"], ["similar", "5"], ["playlist", "explain", "5", "6"]):
        assert house.ok(*command, "--format", "table").stdout
    house.ok("similar", "--plot", "map.html")
    if without == ("genres",):
        assert house.edm("similar", "5", "--by", "genre").returncode == 2


def test_a_library_of_one_track_has_a_list_and_no_neighbour(tmp_path: Path) -> None:
    house = House(tmp_path)
    plant(house.database, 1)
    done = house.ok("playlist", "--track", "1", "--format", "table")
    assert "not kept: length: " in done.stdout
    assert house.ok("similar", "1", "--format", "table").stdout.endswith("no other track in the library\n")
    assert house.data("similar", "1")["neighbours"] == []
    house.ok("similar", "1", "--plot", "map.html")


@pytest.mark.parametrize("by", ["mix", "sonic", "genre", "transition"])
def test_neighbours_come_nearest_first(house: House, by: str) -> None:
    record = house.data("similar", "5", "--count", "7", "--by", by)
    found = record["neighbours"]
    assert record["track"]["track_id"] == 5
    assert record["by"] == by
    assert [one["place"] for one in found] == list(range(1, 8))
    assert 5 not in {one["track_id"] for one in found}
    assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)
    assert {"rhythm", "timbre", "harmony", "sonic", "genre"} <= set(found[0]["parts"])


def test_neighbours_are_lines_rows_or_a_table(house: House) -> None:
    lines = house.ok("similar", "5", "-n", "3").stdout.splitlines()
    assert [json.loads(line)["place"] for line in lines] == [1, 2, 3]
    rows = list(csv.DictReader(io.StringIO(house.ok("similar", "5", "-n", "3", "-f", "csv").stdout, newline="")))
    assert [row["place"] for row in rows] == ["1", "2", "3"]
    assert float(rows[0]["part_timbre"]) <= 1
    shown = house.ok("similar", "5", "-n", "3", "-f", "table").stdout.splitlines()
    assert shown[2].split() == ["#", "near", "track", "BPM", "pitch", "key", "relation"]
    assert "groove ." in shown[4]


def test_a_track_is_named_in_any_way(house: House) -> None:
    track = house.data("similar", "5", "-n", "1")["track"]
    name = f"{track['artist']} - {track['title']}"
    for text in (track["path"], Path(track["path"]).name, track["title"].upper(), name, name.replace("-", "–")):
        assert house.data("similar", text, "-n", "1")["track"]["track_id"] == 5


def test_neighbours_need_a_track_or_a_map(house: House) -> None:
    assert house.refused("similar")[0] == "a track must be named"
    assert house.refused("similar", "5", "--by", "colour")[1] == "valid: mix, sonic, genre, transition"
    assert house.refused("similar", "--plot", "map.png")[1] == "name it map.html"


def test_the_library_is_drawn_as_a_page_that_loads_nothing(house: House) -> None:
    done = house.ok("similar", "--plot", "maps/map.html")
    assert done.stdout == ""
    assert f"wrote a map of {N} tracks to maps/map.html" in done.stderr
    page = (house.home / "maps" / "map.html").read_text(encoding="utf-8")
    assert "http" not in page
    assert "src=" not in page
    assert "deep house" in page


def test_a_transition_is_explained_number_by_number(house: House) -> None:
    record = house.data("playlist", "explain", "5", "17")
    assert (record["first"]["track_id"], record["second"]["track_id"]) == (5, 17)
    whole = [part for part in record["parts"] if part["of"] is None]
    assert sum(part["gives"] for part in whole) == pytest.approx(record["transition"]["score"], abs=2e-3)
    assert sum(part["share"] for part in whole) == pytest.approx(1, abs=1e-3)
    sonic = next(part for part in whole if part["name"] == "sonic")
    families = [part for part in record["parts"] if part["of"] == "sonic"]
    assert sum(part["gives"] for part in families) == pytest.approx(sonic["gives"], abs=2e-3)
    assert [one["rule"] for one in record["rules"]] == ["floor", "max_stretch", "key_rule"]
    off = house.data("playlist", "explain", "5", "17", "--key-rule", "off", "--max-stretch", "0")
    assert [one["rule"] for one in off["rules"]] == ["floor"]
    assert house.refused("playlist", "explain", "5", "5")[1] == "name two"


def test_a_step_of_a_playlist_is_what_is_explained(house: House) -> None:
    found = house.data("playlist", "--track", "5", "-n", "3")["tracks"]
    ids = [str(track["track_id"]) for track in found[:2]]
    assert house.data("playlist", "explain", *ids)["transition"] == found[1]["transition"]


def test_help_is_there_at_once() -> None:
    code = "import sys; sys.argv = ['edm', 'playlist', '--help']\nfrom edm.cli.app import main\ntry: main()\nfinally: "
    code += "print(sorted(name for name in ('numpy', 'edm.playlist') if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"


def test_what_the_page_says_can_be_typed(house: House) -> None:
    lines = [line for script in blocks(ROOT / "docs" / "playlists.md", "sh") for line in script.splitlines()]
    assert len(lines) > 5
    for line in lines:
        assert line.startswith("edm ")
        house.ok(*shlex.split(line)[1:])
    assert {path.name for path in house.home.iterdir()} >= {"map.html", "friday.m3u8", "friday.json"}
