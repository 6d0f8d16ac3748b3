"""The library as a person uses it: run, scan, sonic, artifacts, stats, failures, by the program itself."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import mutagen.id3
import mutagen.wave
import numpy as np
import pytest

import sounds
from edm.artifacts.selection import COLUMNS
from tests.integration import cli_program
from tests.integration.cli_program import COMMAND, clean_environment
from tests.integration.library_program import done_tracks, own_places, query
from tests.integration.readme_blocks import ROOT, blocks

PROMISED = {
    *("track_ids", "track_paths", "track_artists", "track_titles", "artist_keys"),
    *("X_sonic_raw", "X_sonic", "X_sonic_start", "X_sonic_mid", "X_sonic_end"),
    *("bpm", "key", "duration_s", "schema_version", "fingerprint"),
}
SONIC = "SELECT COUNT(*) FROM tracks WHERE sonic_features IS NOT NULL"


class House:
    """A person's home with a folder of music."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.music = home / "music"
        self.database = home / "data" / "edm" / "library.db"
        self.matrices = home / "data" / "edm" / "artifacts" / "data_matrices.npz"

    def edm(self, *args: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        """Run the program."""
        return cli_program.edm(*args, home=self.home, env={**own_places(self.home), **env}, own_cache=False)

    def run(self, *args: str | Path, code: int = 0, **env: str) -> str:
        """What `edm run` says of its stages and more, with the exit code that is expected."""
        done = self.edm("run", *args, **env)
        assert done.returncode == code, done.stderr
        assert done.stdout == "" or "--dry-run" in args
        assert "Traceback" not in done.stderr
        return done.stdout if "--dry-run" in args else done.stderr

    def everything(self) -> dict[Path, tuple[int, int]]:
        """Every file, with size and time of change."""
        files = (path for path in self.home.rglob("*") if path.is_file())
        return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five short tracks, and one that is not in any library yet."""
    folder = tmp_path_factory.mktemp("recordings")
    for seed, name in enumerate(["a/One.wav", "a/Two.wav", "b/Three.wav", "b/Four.wav", "other.wav"]):
        samples = sounds.click_track(110.0 + 4 * seed, 6.0) + sounds.noise(6.0, seed=seed, level=0.05)
        sounds.write_audio(folder / name, samples)
    return folder


@pytest.fixture
def new(tmp_path: Path, recordings: Path) -> House:
    """Four tracks, and no library."""
    shutil.copytree(recordings, tmp_path / "music")
    (tmp_path / "music" / "other.wav").unlink()
    return House(tmp_path)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, recordings: Path) -> House:
    """A library that is up to date; tests leave it as it is."""
    house = House(tmp_path_factory.mktemp("ready"))
    shutil.copytree(recordings, house.music)
    (house.music / "other.wav").unlink()
    house.run(house.music)
    return house


@pytest.fixture
def filled(ready: House, tmp_path: Path) -> House:
    """A library of one's own, up to date."""
    shutil.copytree(ready.home, tmp_path, dirs_exist_ok=True)
    house = House(tmp_path)
    assert house.edm("library", "relocate", ready.music, house.music).returncode == 0
    house.run("--stages", "artifacts")
    return house


def test_a_folder_becomes_a_library_in_one_command(new: House) -> None:
    said = new.run(new.music)
    assert "scan: 4 done, 0 failed, 0 skipped" in said
    assert "sonic: 4 done, 0 failed, 0 skipped" in said
    assert "artifacts: 4 done" in said
    assert query(new.database, SONIC) == [(4,)]
    with np.load(new.matrices, allow_pickle=False) as made:
        assert set(made.files) >= PROMISED
        assert made["X_sonic_raw"].shape == (4, len(made["feature_names"]))
        assert np.isfinite(made["X_sonic"]).all()
    again = new.run()
    assert "scan: 0 done, 0 failed, 4 skipped" in again
    assert "sonic: 0 done, 0 failed, 4 skipped" in again
    assert "artifacts: up to date" in again
    assert max(map(len, said.splitlines())) <= 80 + len(str(new.matrices))


def test_the_query_works_with_the_program_sqlite3(ready: House) -> None:
    program = shutil.which("sqlite3")
    if program is None:
        pytest.skip("no sqlite3 here")
    done = subprocess.run([program, str(ready.database), SONIC], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "4"


def test_the_queries_of_the_page_are_answered(ready: House) -> None:
    (block,) = blocks(ROOT / "docs" / "library.md", "sql")
    with closing(sqlite3.connect(ready.database)) as connection:
        count, *others = [connection.execute(one).fetchall() for one in block.split(";") if one.strip()]
    assert count == query(ready.database, SONIC)
    assert len(others) == 4


def test_the_page_names_every_table_and_every_column_of_conditions(ready: House) -> None:
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    tables = {name for (name,) in query(ready.database, "SELECT name FROM sqlite_schema WHERE type = 'table'")}
    told = {name for name in {*tables, *COLUMNS} if f"`{name}`" in page}
    assert {*tables, *COLUMNS} - told == {"meta", "sqlite_sequence"}


def test_a_dry_run_says_what_and_why_and_writes_nothing(filled: House, recordings: Path) -> None:
    (filled.music / "a" / "One.wav").unlink()
    shutil.copy(recordings / "other.wav", filled.music / "b" / "Four.wav")
    (filled.music / "new.wav").write_bytes((recordings / "other.wav").read_bytes()[:-4000])
    before = filled.everything()
    said = filled.run("--dry-run")
    assert filled.everything() == before
    assert "scan: 1 new, 1 changed; 1 missing" in said
    forced = filled.run("--dry-run", "--force", "--windowed", "--stages", "sonic,artifacts")
    assert "4 stale version" in forced
    assert "with one worker" in forced
    assert "artifacts: 1 forced" in forced
    assert filled.everything() == before


def test_a_dry_run_without_a_library_makes_none(new: House) -> None:
    before = new.everything()
    assert "scan: 4 new" in new.run("--dry-run", new.music)
    assert new.everything() == before


def test_what_moved_or_was_retagged_is_not_analysed_again(filled: House) -> None:
    done = done_tracks(filled.database).values()
    ids = dict(query(filled.database, "SELECT sample_hash, id FROM tracks"))
    (filled.music / "a" / "One.wav").rename(filled.music / "b" / "Eins.wav")
    tagged = mutagen.wave.WAVE(filled.music / "a" / "Two.wav")
    tagged.add_tags()
    tagged.tags.add(mutagen.id3.TIT2(text="Another Title"))
    tagged.save()
    said = filled.run()
    assert "1 moved" in said
    assert "1 retagged" in said
    assert "sonic: 0 done, 0 failed, 4 skipped" in said
    assert "artifacts: 4 done" in said  # paths and titles are in the matrices
    assert list(done_tracks(filled.database).values()) == list(done)
    assert dict(query(filled.database, "SELECT sample_hash, id FROM tracks")) == ids
    assert query(filled.database, "SELECT title FROM tracks WHERE path = 'a/Two.wav'") == [("Another Title",)]


def test_other_audio_in_a_file_is_analysed_and_a_copy_is_not(filled: House, recordings: Path) -> None:
    before = query(filled.database, "SELECT sonic_features, path FROM tracks ORDER BY path")
    shutil.copy(recordings / "other.wav", filled.music / "a" / "One.wav")
    shutil.copy(filled.music / "b" / "Four.wav", filled.music / "b" / "Copy of Four.wav")
    said = filled.run()
    assert "1 changed" in said
    assert "1 duplicate" in said
    assert "sonic: 1 done, 0 failed, 3 skipped" in said
    assert "artifacts: 4 done" in said
    after = query(filled.database, "SELECT sonic_features, path FROM tracks WHERE duplicate_of IS NULL ORDER BY path")
    assert [old[1] for old, new in zip(before, after, strict=True) if old != new] == ["a/One.wav"]


def test_what_was_deleted_is_marked_and_pruned_only_when_asked(filled: House) -> None:
    (filled.music / "a" / "One.wav").unlink()
    assert "1 missing" in filled.run()
    assert query(filled.database, "SELECT path FROM tracks WHERE status = 'missing'") == [("a/One.wav",)]
    assert query(filled.database, SONIC) == [(4,)]
    assert "1 pruned" in filled.run("--prune")
    assert query(filled.database, "SELECT COUNT(*) FROM tracks") == [(3,)]


def test_a_drive_that_is_away_costs_nothing(filled: House) -> None:
    made = filled.matrices.read_bytes()
    filled.music.rename(filled.home / "away")
    assert "is not there" in filled.run("--prune")
    assert query(filled.database, "SELECT COUNT(*), COUNT(sonic_features) FROM tracks") == [(4, 4)]
    assert filled.matrices.read_bytes() == made
    (filled.home / "away").rename(filled.music)
    said = filled.run()
    assert "4 returned" in said
    assert "sonic: 0 done, 0 failed, 4 skipped" in said


def test_only_one_folder_by_whatever_name(filled: House) -> None:
    (filled.home / "link").symlink_to(filled.music / "a")
    assert "sonic: 2 done, 0 failed, 0 skipped" in filled.run(filled.home / "link", "--windowed")
    assert "sonic: 2 done, 0 failed, 0 skipped" in filled.run("music/a/../b", "--windowed")
    assert query(filled.database, "SELECT DISTINCT sonic_mode FROM tracks") == [("windowed",)]


def test_stages_are_chosen_and_limited(new: House) -> None:
    assert "sonic" not in new.run(new.music, "--stages", "scan")
    assert query(new.database, SONIC) == [(0,)]
    said = new.run("--skip", "scan,artifacts", "--limit", "3")
    assert "sonic: 3 done, 0 failed, 0 skipped" in said
    assert "1 left" in said
    assert not new.matrices.exists()
    assert new.edm("sonic").returncode == 0
    assert query(new.database, SONIC) == [(4,)]
    assert new.edm("artifacts").returncode == 0
    assert new.matrices.exists()


def test_a_stage_that_does_not_exist_is_told_with_those_that_do(ready: House) -> None:
    done = ready.edm("run", "--stages", "scan,sonci")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: there is no stage 'sonci'",
        "hint: did you mean sonic? valid: scan, genres, sonic, artifacts",
    ]


def test_force_makes_a_backup_first(filled: House) -> None:
    said = filled.run("--force", "--stages", "sonic")
    assert "sonic: 4 done, 0 failed, 0 skipped" in said
    (backup,) = filled.database.parent.glob("*.backup.db")
    assert f"backup: {backup}" in said
    assert query(backup, SONIC) == [(4,)]


def test_force_asks_before_hours_of_work_are_done_again(filled: House) -> None:
    with sqlite3.connect(filled.database) as connection:
        connection.execute("UPDATE stage_done SET elapsed_s = 2000")
    connection.close()
    before = done_tracks(filled.database)
    done = filled.edm("run", "--force")
    assert done.returncode == 2
    assert "2.2 hours of work" in done.stderr
    assert "--yes" in done.stderr
    assert done_tracks(filled.database) == before
    assert filled.edm("run", "--force", "--yes", "--limit", "1").returncode == 0
    assert done_tracks(filled.database) != before


def test_corrupt_files_are_remembered_listed_retried_and_forgotten(filled: House) -> None:
    (filled.music / "bad.mp3").write_bytes(b"no audio at all " * 500)
    assert "sonic: 0 done, 1 failed, 4 skipped" in filled.run(code=3)
    assert "sonic: 0 done, 0 failed, 5 skipped" in filled.run()
    (failure,) = json.loads(filled.edm("failures", "list", "--format", "json").stdout)
    assert (failure["stage"], failure["error_type"], failure["attempts"]) == ("sonic", "DecodeError", 1)
    assert failure["path"] == str(filled.music / "bad.mp3")
    assert json.loads(filled.edm("failures", "list", "--stage", "scan", "--format", "json").stdout) == []
    filled.run("--retry-failed", code=3)
    assert filled.edm("failures", "retry", "--reason", "OSError").stderr.startswith("0 ")
    assert filled.edm("failures", "retry", "--reason", "DecodeError", "--stage", "sonic").stderr.startswith("1 ")
    assert "sonic: 1 failed before" in filled.run("--dry-run")
    filled.run(code=3)
    assert "sonic: nothing to do" in filled.run("--dry-run")
    assert json.loads(filled.edm("failures", "list", "--format", "json").stdout)[0]["attempts"] == 3
    assert filled.edm("failures", "clear").stderr.startswith("1 ")
    assert "sonic: 1 new" in filled.run("--dry-run")


def test_where_every_track_fails_the_command_has_failed(tmp_path: Path) -> None:
    house = House(tmp_path)
    for name in ("a.mp3", "b.flac"):
        (house.music / name).parent.mkdir(exist_ok=True)
        (house.music / name).write_bytes(name.encode() * 3000)
    assert "sonic: 0 done, 2 failed" in house.run(house.music, code=1)
    assert "sonic: 0 done, 0 failed, 2 skipped" in house.run()


def test_stats_tell_all_as_an_object_and_as_lines(ready: House) -> None:
    found = json.loads(ready.edm("stats", "--json", "--runs").stdout)
    assert (found["tracks"], found["present"], found["analysed"], found["missing"]) == (4, 4, 4, 0)
    assert found["stages"]["sonic"] == {"done": 4, "failed": 0, "pending": 0}
    assert found["detectors"] == {"flux": 4}
    assert found["database_bytes"] > 10_000
    run = found["runs"][-1]
    assert run["outcome"] == "done"
    assert [stage["stage"] for stage in run["stages"]] == ["scan", "genres", "sonic", "artifacts"]
    lines = ready.edm("stats", "--format", "table", "--stage", "sonic").stdout.splitlines()
    assert "sonic       4 done, 0 failed, 0 pending" in lines
    assert ready.edm("stats", "--stage", "sonci").returncode == 2


def test_every_run_leaves_a_report_and_a_log(ready: House) -> None:
    (report,) = (ready.home / "state" / "edm" / "runs").glob("*-run-1.json")
    found = json.loads(report.read_text(encoding="utf-8"))
    assert (found["run"], found["outcome"]) == (1, "done")
    assert 20 < found["peak_memory_mb"] < 1000
    sonic = found["stages"][2]
    for name in ("done", "failed", "skipped", "fell_back", "seconds", "tracks_per_s", "workers", "speed_up"):
        assert name in sonic
    assert sonic["peak_memory_of_a_worker_mb"] > 20
    logs = [file.read_text(encoding="utf-8") for file in (ready.home / "state" / "edm" / "logs").iterdir()]
    assert any("sonic …\nProgress: 4/4 (100%)" in log for log in logs)


def test_the_library_is_where_flag_or_environment_say(new: House) -> None:
    by_flag, by_name, by_section = (new.home / name / "my.db" for name in ("flag", "name", "section"))
    new.run(new.music, "--stages", "scan", "--db", by_flag, EDM_DB=str(by_name))
    new.run(new.music, "--stages", "scan", EDM_DB=str(by_name))
    new.run(new.music, "--stages", "scan", EDM_LIBRARY__DATABASE=str(by_section))
    assert [query(path, "SELECT COUNT(*) FROM tracks") for path in (by_flag, by_name, by_section)] == [[(4,)]] * 3
    assert not new.database.exists()


def test_matrices_go_where_they_are_asked_to_and_are_chosen_from(filled: House) -> None:
    out = filled.home / "elsewhere"

    def build(*args: str) -> str:
        done = filled.edm("artifacts", "--out-dir", out, *args)
        assert done.returncode == 0, done.stderr
        return done.stderr

    assert "artifacts: 4 done" in build()
    assert "up to date" in build()
    assert "artifacts: 2 done" in build("--where", "bpm>115")
    assert "artifacts: 4 done" in build("--include", "rhythm,timbre", "--variant", "zscore")
    with np.load(out / "data_matrices.npz", allow_pickle=False) as made:
        assert str(made["scaler_variant"]) == "zscore"
        assert set(made["sonic_family_names"]) == {"rhythm", "timbre"}
    wrong = filled.edm("artifacts", "--where", "bpm>500")
    assert (wrong.returncode, wrong.stderr.splitlines()[0]) == (1, "error: no track meets bpm>500")
    assert filled.edm("artifacts", "--where", "tempo>500").returncode == 2


@pytest.mark.parametrize("further", [[], ["--dry-run"]])
@pytest.mark.parametrize("asked", [["--where", "bmp>3"], ["--include", "rythm"], ["--variant", "towr"]])
def test_a_slip_in_what_matrices_are_asked_for_is_no_run(filled: House, asked: list[str], further: list[str]) -> None:
    before = len(query(filled.database, "SELECT * FROM runs"))
    run = filled.edm("artifacts", *asked, *further)
    assert run.returncode == 2
    assert run.stderr.startswith("error: ")
    assert "there are: " in run.stderr
    assert run.stdout == ""
    assert len(query(filled.database, "SELECT * FROM runs")) == before


def test_the_check_of_the_matrices_is_a_table_an_object_and_a_picture(filled: House) -> None:
    picture = filled.home / "check.svg"
    table = filled.edm("artifacts", "check", "--format", "table", "--picture", picture)
    assert "ok  unique ids" in table.stdout
    assert "tower" in table.stdout
    assert picture.read_text(encoding="utf-8").startswith(("<svg", "<?xml"))
    found = json.loads(filled.edm("artifacts", "check", "--format", "json").stdout)
    assert found["tracks"] == 4
    assert {finding["name"] for finding in found["findings"]} >= {"shapes", "finite", "unique ids"}
    filled.matrices.write_bytes(filled.matrices.read_bytes()[:-300])
    broken = filled.edm("artifacts", "check")
    assert broken.returncode == 1
    assert "Traceback" not in broken.stderr


def text_file(path: Path) -> None:
    path.write_text("shopping list\n" * 50)


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name)")
    connection.close()


def newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA application_id = {0x45444D31}")
        connection.execute("PRAGMA user_version = 99")
        connection.execute("CREATE TABLE tracks (id)")
    connection.close()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (text_file, "is not a database"),
        (foreign, "is the database of another program"),
        (newer, "was made by a newer edm (version 99"),
        (Path.mkdir, "is a folder, not a database"),
    ],
)
def test_what_is_no_library_is_left_alone_with_one_clear_line(
    new: House, make: Callable[[Path], None], words: str
) -> None:
    path = new.home / "library.db"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    for command in (["run", new.music], ["run", new.music, "--dry-run"], ["stats"]):
        done = new.edm(*command, "--db", path)
        assert done.returncode == 1
        assert done.stdout == ""
        error, hint = done.stderr.splitlines()
        assert words in error
        assert hint.startswith("hint: ")
    assert (path.read_bytes() if path.is_file() else b"") == before


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_full_disk_is_one_clear_line_and_the_next_run_goes_on(new: House) -> None:
    new.run(new.music, "--stages", "scan")
    size = new.database.stat().st_size + 6000

    def fill() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = subprocess.run(
        [*COMMAND, "run", "--stages", "sonic"],
        cwd=new.home,
        env=clean_environment(new.home, own_places(new.home), own_cache=False),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=fill,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "error: " in done.stderr
    assert new.edm("library", "check").returncode == 0
    new.run()
    assert query(new.database, SONIC) == [(4,)]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="for root nothing is read-only")
def test_a_folder_that_takes_nothing_is_one_clear_line(filled: House) -> None:
    filled.database.parent.chmod(0o500)
    try:
        done = filled.edm("run")
        assert filled.edm("stats").returncode == 0
    finally:
        filled.database.parent.chmod(0o700)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 2


def test_a_library_can_be_moved_backed_up_and_checked(filled: House) -> None:
    filled.music.rename(filled.home / "songs")
    assert filled.edm("library", "relocate", filled.music, filled.home / "songs").returncode == 0
    said = filled.run()
    assert "scan: 0 done, 0 failed, 4 skipped" in said
    assert filled.edm("library", "backup", filled.home / "copy.db").returncode == 0
    assert query(filled.home / "copy.db", SONIC) == [(4,)]
    assert filled.edm("library", "check", "--db", filled.home / "copy.db").stderr == "ok\n"


@pytest.mark.parametrize(
    "command", [["run"], ["scan"], ["sonic"], ["stats"], ["failures", "list"], ["artifacts", "check"], ["artifacts"]]
)
def test_without_a_library_every_command_says_what_to_do(tmp_path: Path, command: list[str]) -> None:
    done = House(tmp_path).edm(*command)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]
