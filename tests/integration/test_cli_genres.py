"""Genres as a person uses them: by the program itself, against services on this computer."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mutagen.flac
import pytest
from typer.testing import CliRunner

import sounds
from edm.cli.app import app
from genre_server import KEY, GenreServer, genre_server
from tests.integration.cli_program import COMMAND, clean_environment
from tests.integration.library_program import own_places, query
from tests.integration.readme_blocks import ROOT, blocks

ODD = ["-ish", 'the "quoted" one', "AC/DC", "!!!", "two\nlines", "電気グルーヴ"]


class House:
    """A person's home, with some music, and services that answer."""

    def __init__(self, home: Path, server: GenreServer) -> None:
        self.home = home
        self.music = home / "Music"
        self.database = home / "data" / "edm" / "library.db"
        self.server = server

    def edm(self, *args: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        """Run the program in this process, in the home and with its settings alone."""
        environ: dict[str, str | None] = dict.fromkeys(os.environ)
        environ |= clean_environment(self.home, {**own_places(self.home), **self.services(), **env}, own_cache=False)
        before = Path.cwd()
        os.chdir(self.home)
        try:
            done = CliRunner().invoke(app, list(map(os.fspath, args)), env=environ, prog_name="edm")
        finally:
            os.chdir(before)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return subprocess.CompletedProcess(args, done.exit_code, done.stdout, done.stderr)

    def ok(self, *args: str | Path, code: int = 0, **env: str) -> str:
        """What it says on stderr, with the exit code that is expected."""
        done = self.edm(*args, **env)
        assert done.returncode == code, done.stderr
        return done.stderr

    def data(self, *args: str | Path) -> Any:
        """What it puts out as JSON."""
        done = self.edm(*args[:2], "--format", "json", *args[2:])
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def refused(self, *args: str | Path, code: int = 2) -> tuple[str, str]:
        """The error and its hint."""
        done = self.edm(*args)
        assert (done.returncode, done.stdout) == (code, "")
        error, hint = done.stderr.splitlines()
        return error.removeprefix("error: "), hint.removeprefix("hint: ")

    def services(self) -> dict[str, str]:
        """Settings that lead to the services on this computer."""
        return {
            "EDM_GENRES__LASTFM_API_KEY": KEY,
            "EDM_GENRES__LASTFM_URL": f"{self.server.url}/2.0/",
            "EDM_GENRES__MUSICBRAINZ": "true",
            "EDM_GENRES__MUSICBRAINZ_URL": f"{self.server.url}/ws/2/",
            "EDM_GENRES__LASTFM_PER_S": "1000",
            "EDM_GENRES__MUSICBRAINZ_PER_S": "1000",
        }


def add(folder: Path, name: str, **tags: str) -> None:
    """A short track with tags."""
    path = folder / name
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True)
    sounds.write_audio(path, sounds.noise(1.0, seed=len(name) + sum(map(ord, name)), level=0.1))
    tagged = mutagen.flac.FLAC(path)
    tagged.update(tags)
    tagged.save()


def fill(server: GenreServer) -> None:
    """What the services know."""
    server.add_lastfm("Jeff Mills", tags=[("techno", 100), ("Detroit Techno", 61), ("seen live", 19), ("blorp", 10)])
    server.add_lastfm("Jeff Mills", "Planets", tags=[("ambient", 100), ("techno", 40)])
    server.add_artist("Goldie", tags=[("drum and bass", 5), ("blorp", 1)])


def furnish(music: Path) -> None:
    add(music, "mills.flac", artist="Jeff Mills", title="The Bells", album="Kat Moda", genre="Techno")
    add(music, "mars.flac", artist="Jeff Mills", title="Mars", album="Planets")
    add(music, "goldie.flac", artist="Goldie", title="Timeless", genre="Drum & Bass")
    for number, name in enumerate(ODD):
        add(music, f"odd/{number}.flac", artist=name, title=str(number), genre="House")


@pytest.fixture(scope="module")
def server() -> Iterator[GenreServer]:
    with genre_server() as opened:
        fill(opened)
        yield opened


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, server: GenreServer) -> House:
    """A library whose genres were asked for; tests leave it as it is."""
    house = House(tmp_path_factory.mktemp("ready"), server)
    furnish(house.music)
    house.ok("scan", house.music, "-q")
    house.ok("genres", "-q")
    return house


@pytest.fixture
def filled(ready: House, tmp_path: Path) -> House:
    """One's own."""
    shutil.copytree(ready.home, tmp_path, dirs_exist_ok=True)
    house = House(tmp_path, ready.server)
    house.ok("library", "relocate", ready.music, house.music)
    return house


def genres_of(house: House, *subject: str | Path) -> dict[str, float]:
    return {one["genre"]: one["weight"] for one in house.data("genres", "show", *subject)["genres"]}


def test_everything_is_asked_once_and_the_second_run_asks_nobody(tmp_path: Path) -> None:
    with genre_server() as server:
        fill(server)
        house = House(tmp_path, server)
        furnish(house.music)
        house.ok("scan", house.music, "-q")
        before = query(house.database, "SELECT COUNT(*) FROM track_genre_weights")
        assert "genres:" in house.edm("genres", "--dry-run").stdout
        assert "genres:" in house.ok("genres", "--offline")
        assert server.requests == []
        assert query(house.database, "SELECT COUNT(*) FROM genre_replies") == [(0,)]
        assert query(house.database, "SELECT COUNT(*) FROM track_genre_weights") > before
        said = house.ok("genres")
        assert "genres:" in said
        assert KEY not in said
        asked = len(server.requests)
        artists = [one.query["artist"] for one in server.asked("lastfm") if "album" not in one.query]
        assert sorted(artists) == sorted(set(artists))
        assert len(artists) == 2 + len(ODD)
        house.ok("genres")
        assert len(server.requests) == asked


def test_a_choice_of_what_is_asked_for(tmp_path: Path) -> None:
    with genre_server() as server:
        fill(server)
        house = House(tmp_path, server)
        furnish(house.music)
        house.ok("scan", house.music, "-q")
        house.ok("genres", "--artists", "--limit", "1", "-q")
        assert len(server.asked("lastfm")) == 1
        house.ok("genres", "--albums", house.music, "-q")
        methods = [one.query["method"].lower() for one in server.asked("lastfm")]
        assert sorted(set(methods)) == ["album.gettoptags", "artist.gettoptags"]
        house.ok("genres", "--tracks", "--limit", "2", "-q")
        methods = [one.query["method"].lower() for one in server.asked("lastfm")]
        assert methods.count("track.gettoptags") == 2


def test_a_track_shows_what_speaks_for_its_genres(ready: House) -> None:
    shown = ready.data("genres", "show", ready.music / "mills.flac")
    assert shown["kind"] == "track"
    assert shown["genres"][0]["genre"] == "techno"
    assert {(one["source"], one["entity"]) for one in shown["genres"][0]["sources"]} == {
        ("tags", "track"),
        ("lastfm", "artist"),
    }
    (lastfm,) = [one for one in shown["said"] if one["source"] == "lastfm" and one["entity"] == "artist"]
    fates = {
        one["tag"]: (one["genres"], [drop["why"] for drop in one["dropped"]], one["unknown"]) for one in lastfm["tags"]
    }
    assert fates == {
        "techno": (["techno"], [], []),
        "Detroit Techno": (["detroit techno"], [], []),
        "seen live": ([], ["a listener's note"], []),
        "blorp": ([], [], ["blorp"]),
    }
    assert ready.data("genres", "show", str(shown["id"])) == shown
    text = ready.edm("genres", "show", str(shown["id"]), "--format", "table").stdout
    assert "dropped: a listener's note" in text
    assert "Last.fm of the artist 'Jeff Mills'" in text


def test_an_artist_is_the_mean_of_its_tracks(ready: House) -> None:
    shown = ready.data("genres", "show", "jeff mills")
    assert (shown["kind"], shown["name"], shown["tracks"]) == ("artist", "Jeff Mills", 2)
    weights = [
        {one["genre"]: one["weight"] for one in ready.data("genres", "show", ready.music / name)["genres"]}
        for name in ("mills.flac", "mars.flac")
    ]
    for one in shown["genres"]:
        mean = sum(track.get(one["genre"], 0.0) for track in weights) / 2
        assert one["weight"] == pytest.approx(mean, abs=1e-6)


@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_shown(ready: House, name: str) -> None:
    shown = ready.data("genres", "show", "--", name)
    assert shown["name"] == " ".join(name.split())
    table = ready.edm("genres", "show", "--format", "table", "--", name).stdout
    assert all(line.isprintable() for line in table.splitlines())


@pytest.mark.parametrize("name", ODD)
def test_odd_names_can_be_spoken_of(filled: House, name: str) -> None:
    filled.ok("genres", "set", "--", name, "techno")
    assert genres_of(filled, "--", name) == {"techno": 1.0}
    filled.ok("genres", "fix", "--drop", "--", name)
    assert filled.data("genres", "explain", "--", name)["fixed"]
    filled.ok("genres", "unset", "--tag", "--", name)
    filled.ok("genres", "unset", "--", name)
    assert genres_of(filled, "--", name) == {"house": 0.8}


def test_the_coverage_is_shown_in_every_format(ready: House) -> None:
    covered = ready.data("genres", "--stats")
    assert covered["tracks"] == covered["tracks_with_genres"] == 3 + len(ODD)
    assert covered["by_source"]["tags"] == 2 + len(ODD)
    assert covered["entities"]["artist"]["found"] == 2
    assert covered["entities"]["artist"]["none"] == len(ODD)
    assert covered["entities"]["album"]["all"] == 2
    assert covered["genres"]["house"] == len(ODD)
    assert covered["unknown_tags"] == 1
    for name in ("table", "csv", "jsonl", "yaml"):
        done = ready.edm("genres", "--stats", "--format", name)
        assert done.returncode == 0
        assert "techno" in done.stdout


def test_unknown_tags_are_listed_with_who_bears_them(ready: House) -> None:
    (unknown,) = ready.data("genres", "unknown")
    assert (unknown["tag"], unknown["count"]) == ("blorp", 2)
    assert set(unknown["examples"]) == {"Jeff Mills", "Goldie"}
    assert "blorp" in ready.edm("genres", "unknown", "--count", "1", "--format", "table").stdout


def test_a_tag_is_explained_without_a_library(tmp_path: Path, server: GenreServer) -> None:
    house = House(tmp_path, server)
    explained = house.data("genres", "explain", "Drum n Bass / Jungle")
    assert explained["genres"] == ["drum and bass", "jungle"]
    assert "belongs to" in house.edm("genres", "explain", "Drum n Bass / Jungle", "--format", "table").stdout
    assert not house.database.exists()


def test_a_persons_word_counts_at_once_and_no_run_changes_it(filled: House) -> None:
    assert "techno" in genres_of(filled, "Jeff Mills")
    said = filled.ok("genres", "set", "jeff mills", "Ambient", "dub-techno")
    assert "ambient, dub techno" in said
    assert genres_of(filled, filled.music / "mills.flac") == {"ambient": 1.0, "dub techno": 1.0}
    filled.ok("genres", "set", "Jeff Mills", "techno", "--album", "planets")
    assert genres_of(filled, filled.music / "mars.flac") == {"techno": 1.0}
    filled.ok("genres", "set", filled.music / "mars.flac", "drone", "--track")
    assert genres_of(filled, filled.music / "mars.flac") == {"drone": 1.0}
    filled.ok("genres", "--force", "-q")
    assert genres_of(filled, filled.music / "mars.flac") == {"drone": 1.0}
    listed = filled.data("genres", "overrides")
    assert {(one["entity"], tuple(one["genres"])) for one in listed} == {
        ("artist", ("ambient", "dub techno")),
        ("album", ("techno",)),
        ("track", ("drone",)),
    }
    assert all(one["said_by"] and one["at"] for one in listed)
    filled.ok("genres", "unset", filled.music / "mars.flac", "--track")
    filled.ok("genres", "unset", "Jeff Mills", "--album", "Planets")
    assert genres_of(filled, filled.music / "mars.flac") == {"ambient": 1.0, "dub techno": 1.0}
    filled.ok("genres", "unset", "Jeff Mills")
    assert "techno" in genres_of(filled, "Jeff Mills")
    assert filled.data("genres", "overrides") == []


def test_a_tag_is_set_right_or_dropped(filled: House) -> None:
    filled.ok("genres", "fix", "Blorp", "IDM")
    shown = filled.data("genres", "show", filled.music / "goldie.flac")
    assert "idm" in {one["genre"] for one in shown["genres"]}
    assert filled.data("genres", "unknown") == []
    explained = filled.data("genres", "explain", "blorp")
    assert explained["genres"] == ["idm"]
    assert "you said" in filled.edm("genres", "explain", "blorp", "--format", "table").stdout
    filled.ok("genres", "fix", "drum and bass", "--drop")
    assert "drum and bass" not in genres_of(filled, filled.music / "goldie.flac")
    filled.ok("genres", "unset", "drum & bass", "--tag")
    assert "drum and bass" in genres_of(filled, filled.music / "goldie.flac")


def test_slips_are_refused_with_a_guess(ready: House) -> None:
    error, hint = ready.refused("genres", "set", "Jeff Mills", "tehcno")
    assert error == "'tehcno' is no genre of the vocabulary"
    assert hint.startswith("did you mean techno")
    assert "'Jeff Mills'" in ready.refused("genres", "show", "Jef Mils")[1]
    assert "'Planets'" in ready.refused("genres", "set", "Jeff Mills", "ambient", "--album", "Planet")[1]
    assert ready.refused("genres", "fix", "blorp")[1]
    assert ready.refused("genres", "fix", "blorp", "idm", "--drop")[1]
    assert ready.refused("genres", "set", "Jeff Mills", "ambient", "--track", "--album", "Planets")[1]
    assert "overrides" in ready.refused("genres", "unset", "Goldie")[1]
    assert ready.refused("genres", "fix", " ", "techno")[1]
    assert ready.refused("genres", ready.home / "nowhere")[1]
    assert ready.data("genres", "overrides") == []


def test_without_a_library_there_is_one_clear_line(tmp_path: Path, server: GenreServer) -> None:
    house = House(tmp_path, server)
    for command in (
        ["--stats"],
        ["show", "x"],
        ["set", "x", "techno"],
        ["fix", "x", "techno"],
        ["unknown"],
        ["overrides"],
    ):
        assert house.refused("genres", *command, code=1)[1]
    assert not house.database.exists()
    house.music.mkdir()
    house.ok("scan", house.music, "-q")
    assert house.data("genres", "--stats")["tracks"] == 0
    assert house.data("genres", "unknown") == []
    assert house.refused("genres", "show", "x")[1] == "the library has no tracks yet: edm scan FOLDER"


def test_a_refused_key_is_told_once_and_musicbrainz_goes_on(tmp_path: Path, server: GenreServer) -> None:
    house = House(tmp_path, server)
    furnish(house.music)
    house.ok("scan", house.music, "-q")
    wrong = "f" * 32
    done = house.edm("genres", EDM_GENRES__LASTFM_API_KEY=wrong)
    assert done.returncode == 0
    assert done.stderr.lower().count("api key") == 1
    assert wrong not in done.stderr + done.stdout
    assert "drum and bass" in genres_of(house, "Goldie")


def test_an_error_is_no_answer(tmp_path: Path) -> None:
    with genre_server() as server:
        fill(server)
        house = House(tmp_path, server)
        add(house.music, "goldie.flac", artist="Goldie")
        house.ok("scan", house.music, "-q")
        server.faults["musicbrainz"].append("status:400")
        assert "1 failed" in house.ok("genres", code=3, EDM_GENRES__LASTFM_API_KEY="")
        assert house.data("genres", "--stats")["errors_of_last_run"] == 1
        assert house.data("genres", "--stats")["entities"]["artist"]["pending"] == 1
        house.ok("genres", EDM_GENRES__LASTFM_API_KEY="")
        assert "drum and bass" in genres_of(house, "Goldie")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_an_interrupted_run_keeps_its_answers(tmp_path: Path) -> None:
    with genre_server() as server:
        fill(server)
        house = House(tmp_path, server)
        furnish(house.music)
        house.ok("scan", house.music, "-q")
        environ = {**own_places(tmp_path), **house.services(), "EDM_GENRES__LASTFM_PER_S": "2"}
        running = subprocess.Popen(
            [*COMMAND, "genres"],
            env=clean_environment(tmp_path, environ, own_cache=False),
            stderr=subprocess.PIPE,
            text=True,
        )
        until = time.monotonic() + 30
        while time.monotonic() < until and not query(house.database, "SELECT 1 FROM genre_replies"):
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=30)[1]
        assert running.returncode == 130
        assert "Traceback" not in said
        assert query(house.database, "SELECT COUNT(*) FROM genre_replies") >= [(1,)]


def test_the_commands_of_the_page_work(filled: House) -> None:
    lines = [line for script in blocks(ROOT / "docs" / "genres.md", "sh") for line in script.splitlines()]
    assert len(lines) > 10
    for line in lines:
        program, *args = shlex.split(line)
        assert program == "edm"
        filled.ok(*(str(filled.home) + arg[1:] if arg.startswith("~") else arg for arg in args))
