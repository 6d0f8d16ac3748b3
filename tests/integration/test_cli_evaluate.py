"""``edm evaluate`` as a program: what is scored, what is written, exit codes, streams, signals."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unicodedata import normalize

import jsonschema
import pytest
import yaml

from sounds import RATE, silence, track_at, write_audio
from tests.integration import cli_program
from tests.integration.cli_program import COMMAND, clean_environment

# The detector that needs no networks: these tests are about the program.
FLUX = ("--detector", "flux")
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "results.schema.json").read_text(encoding="utf-8"))
# Without an analysis: the fastest run there is.
STORED = ("--reference", "ref.csv", "--estimates", "estimates.jsonl")

edm = partial(cli_program.edm, own_cache=False)
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX terminals, signals and names")


def lines_of_beats(times: Any, positions: Any) -> str:
    return "".join(f"{time:.6f} {position}\n" for time, position in zip(times, positions, strict=True))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tracks with their truth, a broken one, a reference to nothing, estimates of some of them."""
    folder = tmp_path_factory.mktemp("evaluate")
    music = folder / "music"
    house, techno = track_at(124.3, 20.0, offset_s=0.3), track_at(128.0, 20.0, offset_s=0.1)
    write_audio(music / "a house.wav", house.samples, RATE)
    write_audio(music / normalize("NFD", "b 100% ärger.flac"), techno.samples, RATE)
    write_audio(music / "c silence.wav", silence(3.0), RATE)
    (music / "d broken.mp3").write_text("this is no music")
    (folder / "ann").mkdir()
    for name, track in (("a", house), ("b", techno)):
        text = lines_of_beats(track.beats.times_s, track.beats.positions)
        (folder / "ann" / f"{name}.beats.txt").write_text(text)
    (folder / "ref.csv").write_text(
        "path,bpm,beats_file,genre\n"
        "a house.wav,124.3,ann/a.beats.txt,house\n"
        "b 100% ärger.flac,128,ann/b.beats.txt,techno\n"
        "c silence.wav,120,,none\n"
        "d broken.mp3,140,ann/b.beats.txt,none\n"
        "e gone.mp3,174,,none\n",
        encoding="utf-8",
    )
    rows: list[dict[str, Any]] = [
        {"path": "a house.wav", "bpm": 124.3, "bpm_confidence": 0.9, "duration_s": 60.0},
        {"path": "b 100% ärger.flac", "bpm": 64.01},
        {"path": "c silence.wav", "status": "failed", "error": {"type": "DecodeError", "message": "no sound"}},
        {"path": "stranger.mp3", "bpm": 100.0},
    ]
    (folder / "estimates.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def tempo_run(place: Path) -> Done:
    args = ("--reference", "ref.csv", "--source", "music", *FLUX, "--workers", "1", "--output", "runs")
    return edm("evaluate", "bpm", *args, home=place)


@pytest.fixture(scope="module")
def beats_run(place: Path) -> Done:
    args = ("--reference", "ref.csv", "--source", "music", *FLUX, "--workers", "2", "--output", "beats")
    return edm("evaluate", "beats", *args, home=place)


def results(folder: Path) -> dict[str, Any]:
    document = json.loads((folder / "latest" / "results.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def by_name(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["path"][0]: row for row in document["tracks"]}


def test_a_run_of_tempo_scores_what_is_there_and_counts_what_failed(place: Path, tempo_run: Done) -> None:
    assert tempo_run.returncode == 3, tempo_run.stderr
    document = results(place / "runs")
    rows = by_name(document)
    assert {name: row["status"] for name, row in rows.items()} == {"a": "ok", "b": "ok", "c": "ok", "d": "failed"}
    assert rows["a"]["estimate_bpm"] == pytest.approx(124.3, abs=0.02)
    assert (rows["c"]["estimate_bpm"], rows["c"]["confusion"]) == (None, "none")
    assert rows["d"]["error"]["type"] == "DecodeError"
    assert "d broken.mp3" in tempo_run.stderr
    assert document["summary"]["accuracy1"] == 0.5
    assert document["counts"] | {"accuracy1": 4, "mae_bpm": 2} == document["counts"]
    assert [one["path"] for one in document["matching"]["unmatched"]] == ["e gone.mp3"]
    assert document["detector"]["name"] == document["settings"]["detector"] == "flux"


def test_drift_is_over_the_real_length(place: Path, tempo_run: Done) -> None:
    row = by_name(results(place / "runs"))["a"]
    assert row["duration_s"] == pytest.approx(20.0)
    assert row["drift_ms"] == pytest.approx(20_000 * abs(row["error_bpm"]) / 124.3, rel=0.01, abs=0.002)


def test_a_run_is_a_folder_with_latest_beside_it(place: Path, tempo_run: Done) -> None:
    runs = place / "runs"
    (folder,) = (path for path in runs.iterdir() if path.name != "latest")
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.md", "results.json"]
    assert (runs / "latest" / "results.json").read_bytes() == (folder / "results.json").read_bytes()
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "d broken.mp3" in page
    assert "d broken.mp3" in (folder / "report.md").read_text(encoding="utf-8")
    assert str(Path("runs") / folder.name / "report.html") in tempo_run.stderr


def test_standard_output_is_the_results_and_nothing_else(place: Path, tempo_run: Done) -> None:
    assert json.loads(tempo_run.stdout) == results(place / "runs")
    assert "Traceback" not in tempo_run.stderr


def test_sequential_and_parallel_give_one_report(place: Path, tempo_run: Done) -> None:
    args = ("--reference", "ref.csv", "--source", "music", *FLUX, "--workers", "2", "--output", "parallel", "-q")
    done = edm("evaluate", "bpm", *args, home=place)
    one, other = results(place / "runs"), results(place / "parallel")
    assert (one.pop("run")["workers"], other.pop("run")["workers"]) == (1, 2)
    assert one == other
    assert done.stderr == ""


def test_a_run_of_beats_scores_beats_and_downbeats(place: Path, beats_run: Done) -> None:
    assert beats_run.returncode == 3, beats_run.stderr
    document = results(place / "beats")
    rows = by_name(document)
    assert {name: row["status"] for name, row in rows.items()} == {"a": "ok", "b": "ok", "d": "failed"}
    for name in "ab":
        assert rows[name]["f_measure"] > 0.9
        assert abs(rows[name]["phase_bias_ms"]) < 20
        assert rows[name]["reference_downbeats"] >= 9
    assert (rows["d"]["f_measure"], rows["d"]["downbeat_f_measure"], rows["d"]["phase_bias_ms"]) == (0.0, 0.0, None)
    reasons = {one["path"]: one["reason"] for one in document["matching"]["unmatched"]}
    assert reasons["c silence.wav"] == "the reference gives no beats"


def test_a_sample_has_its_size_and_follows_its_seed(place: Path, tmp_path: Path) -> None:
    tempi = {f"{number} a.mp3": 100 + number for number in range(30)}
    (tmp_path / "many.json").write_text(json.dumps(tempi))
    drawn = []
    for seed in ("5", "5", "6"):
        args = ("-r", "many.json", "-e", "many.json", "--sample-size", "8", "--seed", seed, "-f", "jsonl", "-q")
        rows = [json.loads(line) for line in edm("evaluate", "bpm", *args, home=tmp_path).stdout.splitlines()]
        drawn.append([row["path"] for row in rows])
    assert len(drawn[0]) == 8
    assert drawn[0] == drawn[1] != drawn[2]
    full = edm("evaluate", "bpm", "-r", "many.json", "-e", "many.json", "--full", "-f", "jsonl", "-q", home=tmp_path)
    assert len(full.stdout.splitlines()) == 30


def test_stored_estimates_are_scored_without_audio(place: Path) -> None:
    done = edm("evaluate", "bpm", *STORED, "--output", "stored", home=place)
    assert done.returncode == 0, done.stderr
    document = results(place / "stored")
    rows = by_name(document)
    assert [row["status"] for row in rows.values()] == ["ok", "ok", "failed", "missing", "missing"]
    assert (rows["a"]["accuracy1"], rows["a"]["drift_ms"], rows["a"]["duration_s"]) == (1.0, 0.0, 60.0)
    assert (rows["b"]["accuracy1"], rows["b"]["accuracy2"], rows["b"]["confusion"]) == (0.0, 1.0, "1/2")
    assert rows["b"]["drift_ms"] is None
    assert (document["summary"]["accuracy1"], document["summary"]["missing"]) == (0.2, 2)
    assert [one["path"] for one in document["matching"]["unused_estimates"]] == ["stranger.mp3"]
    assert document["detector"] is None
    assert "1 failed and 2 without an estimate count as wrong" in done.stderr


def test_where_only_the_file_knows_its_length_the_file_is_asked(place: Path) -> None:
    edm("evaluate", "bpm", *STORED, "--source", "music", "--output", "lengths", "-q", home=place)
    row = by_name(results(place / "lengths"))["b"]
    assert row["duration_s"] == pytest.approx(20.0)
    assert row["drift_ms"] == pytest.approx(20_000 * 0.02 / 128, rel=0.01)


PARSERS: dict[str, Callable[[str], list[dict[str, Any]]]] = {
    "json": lambda text: json.loads(text)["tracks"],
    "yaml": lambda text: yaml.safe_load(text)["tracks"],
    "jsonl": lambda text: [json.loads(line) for line in text.splitlines()],
    "csv": lambda text: list(csv.DictReader(io.StringIO(text))),
}


@pytest.mark.parametrize("format_name", PARSERS)
def test_each_format_parses_and_holds_every_track(place: Path, format_name: str) -> None:
    done = edm("evaluate", "bpm", *STORED, "--format", format_name, "--output", "formats", "-q", home=place)
    assert (done.returncode, done.stderr) == (0, "")
    rows = PARSERS[format_name](done.stdout)
    assert [row["path"] for row in rows] == [row["path"] for row in results(place / "formats")["tracks"]]
    assert [float(row["accuracy1"]) for row in rows] == [1, 0, 0, 0, 0]


@pytest.mark.parametrize("task", ["bpm", "beats"])
def test_the_table_fits_80_columns(place: Path, task: str) -> None:
    args = ("-r", "ref.csv", "-e", "ref.csv", "--format", "table", "--output", "tables", "-q")
    done = edm("evaluate", task, *args, home=place)
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "100.0 %" in done.stdout


@pytest.mark.parametrize(
    ("gates", "code", "missed"),
    [
        (("acc1=0.2",), 0, []),
        (("acc1=0.2 acc2=0.4", "mae=100"), 0, []),
        (("acc1=0.21",), 4, ["Accuracy1"]),
        (("acc1=0.1,mae=1", "acc2=0.9"), 4, ["mean abs. error", "Accuracy2"]),
    ],
)
def test_a_missed_gate_exits_with_4(place: Path, gates: tuple[str, ...], code: int, missed: list[str]) -> None:
    flags = [part for gate in gates for part in ("--fail-under", gate)]
    done = edm("evaluate", "bpm", *STORED, *flags, "-q", "--output", "gates", home=place)
    assert done.returncode == code
    told = done.stderr.splitlines()
    assert [line[: len(f"gate missed: {label}")] for line, label in zip(told, missed, strict=True)] == [
        f"gate missed: {label}" for label in missed
    ]
    gates_told = results(place / "gates")["gates"]
    assert sum(not gate["passed"] for gate in gates_told) == len(missed)
    assert len(gates_told) == sum(len(gate.replace(",", " ").split()) for gate in gates)


def test_a_missed_gate_outweighs_failed_tracks_and_all_failed_is_1(place: Path) -> None:
    args = ("--reference", "ref.csv", "--source", "music", *FLUX, "--where", "path=d broken.mp3", "-q", "-o", "failed")
    assert edm("evaluate", "bpm", *args, home=place).returncode == 1
    assert edm("evaluate", "bpm", *args, "--fail-under", "acc1=0.5", home=place).returncode == 4


def test_conditions_groups_and_tolerance_are_heeded(place: Path) -> None:
    flags = ("--where", "bpm<130", "--where", "genre!=none", "--group-by", "genre", "--tolerance", "0")
    edm("evaluate", "bpm", *STORED, *flags, "-q", "-o", "chosen", home=place)
    document = results(place / "chosen")
    assert sorted(by_name(document)) == ["a", "b"]
    assert (document["matching"]["references"], document["matching"]["selected"]) == (5, 2)
    assert document["shown_groups"] == ["tempo_band", "genre"]
    assert set(document["groups"]["genre"]) == {"house", "techno"}
    assert (by_name(document)["a"]["accuracy1"], by_name(document)["b"]["accuracy2"]) == (1.0, 0.0)


def test_the_trim_leaves_out_the_beginning(place: Path, tmp_path: Path) -> None:
    times = [0.5 * k for k in range(1, 40)]
    (tmp_path / "ref.json").write_text(json.dumps([{"path": "a.mp3", "beats_s": times}]))
    (tmp_path / "est.json").write_text(json.dumps([{"path": "a.mp3", "beats_s": [t for t in times if t >= 5]}]))
    scores = []
    for flags in ((), ("--trim-s", "5")):
        args = ("-r", "ref.json", "-e", "est.json", *flags, "-f", "json", "-q")
        document = json.loads(edm("evaluate", "beats", *args, home=tmp_path).stdout)
        assert document["settings"]["trim_s"] == (5.0 if flags else 0.0)
        scores.append((document["summary"]["f_measure"], document["tracks"][0]["reference_beats"]))
    assert scores[0][0] < 0.9
    assert scores == [(scores[0][0], 39), (1.0, 30)]


def test_dry_run_lists_the_tracks_and_writes_nothing(place: Path) -> None:
    args = ("--reference", "ref.csv", "--source", "music", "--dry-run", "--output", "never")
    done = edm("evaluate", "bpm", *args, home=place)
    assert done.returncode == 0
    assert [Path(line).name[0] for line in done.stdout.splitlines()] == ["a", "b", "c", "d"]
    assert not (place / "never").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "no reference named"),
        (("-r", "nowhere.csv"), "nowhere.csv"),
        (("-r", "ref.csv"), "none of 5 references"),
        (("-r", "ref.csv", "-s", "nowhere"), "nowhere: no such folder"),
        (("-r", "tags", "-s", "music"), "BPM tag"),
        (("-r", "tags"), "give --source"),
        (("-r", "music", "-s", "music"), "no kind that we read"),
        ((*STORED, "--detector", "netwrk"), "did you mean network?"),
        ((*STORED, "--fail-under", "acuracy1=1"), "did you mean accuracy1?"),
        ((*STORED, "--fail-under", "acc1=95"), "0.95 stands for 95 %"),
        ((*STORED, "--where", "genre~x"), "is no condition"),
        ((*STORED, "--where", "genre=polka"), "no reference meets genre=polka"),
        ((*STORED, "--group-by", "genr"), "did you mean genre?"),
        ((*STORED, "--full", "--sample-size", "3"), "exclude each other"),
        ((*STORED, "--sample-size", "0"), "sample-size"),
        ((*STORED, "--format", "xml"), "xml"),
        ((*STORED, "--output", "ref.csv"), "cannot be written"),
        (("-r", "ref.csv", "-e", "ann"), "none of 5 references"),
    ],
)
def test_wrong_usage_exits_with_2_and_leaves_nothing(place: Path, args: tuple[str, ...], said: str) -> None:
    done = edm("evaluate", "bpm", *args, home=place)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (place / "edm-evaluation").exists()


def test_an_output_that_cannot_be_written_is_told_before_any_analysis(place: Path) -> None:
    args = ("--reference", "ref.csv", "--source", "music", *FLUX, "--output", "ref.csv")
    done = edm("evaluate", "bpm", *args, home=place)
    assert done.returncode == 2
    assert "analysed" not in done.stderr
    assert "Progress" not in done.stderr


def test_runs_are_compared_by_folder_by_runs_and_by_file(place: Path, tempo_run: Done) -> None:
    edm("evaluate", "bpm", *STORED, "-q", "-o", "b", home=place)
    for a, b in (("runs", "b"), ("runs/latest", "b/latest/results.json")):
        done = edm("evaluate", "compare", a, b, "--format", "json", home=place)
        assert done.returncode == 0, done.stderr
        record = json.loads(done.stdout)
        assert (record["tracks"], record["only_b"]) == (4, ["e gone.mp3"])
        assert (record["metrics"]["accuracy1"]["a"], record["metrics"]["accuracy1"]["b"]) == (0.5, 0.25)
        assert "e gone.mp3" in done.stderr
    table = edm("evaluate", "compare", "runs", "b", "--format", "table", home=place).stdout
    assert max(map(len, table.splitlines())) <= 80


@pytest.mark.parametrize(
    ("a", "b", "said"), [("runs", "beats", "beats"), ("runs", "nowhere", "no run here"), ("ref.csv", "runs", "ref.csv")]
)
def test_what_cannot_be_compared_exits_with_2(
    place: Path, tempo_run: Done, beats_run: Done, a: str, b: str, said: str
) -> None:
    done = edm("evaluate", "compare", a, b, home=place)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@posix_only
@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupt_leaves_no_half_report(place: Path, tmp_path: Path, workers: str) -> None:
    for number in range(40):
        shutil.copy(place / "music" / "a house.wav", tmp_path / f"{number:02d}.wav")
    (tmp_path / "ref.json").write_text(json.dumps({f"{number:02d}.wav": 124.3 for number in range(40)}))
    process = subprocess.Popen(
        [*COMMAND, "evaluate", "bpm", "-r", "ref.json", *FLUX, "-o", "runs", "-w", workers, "--progress", "json"],
        cwd=tmp_path,
        env=clean_environment(tmp_path, own_cache=False),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if '"item_finished"' in line:
            break
    process.send_signal(signal.SIGINT)
    data, said = process.communicate(timeout=30)
    assert (process.returncode, data) == (130, "")
    assert "interrupted" in said
    assert "Traceback" not in said
    # A part of the tracks is no report, but what was found out is not lost.
    (kept,) = (tmp_path / "runs").iterdir()
    assert kept.suffix == ".jsonl"
    assert all(record["bpm"] for record in map(json.loads, kept.read_text(encoding="utf-8").splitlines()))


@posix_only
def test_names_that_are_no_utf8_are_scored_and_shown(place: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.bpm")
    try:
        (tmp_path / name).write_text("128\n")
    except OSError:
        pytest.skip("this file system takes no such names")
    estimate = '{"path": "caf\\\\xe9.mp3", "bpm": 128}\n'
    (tmp_path / "est.jsonl").write_text(estimate)
    for format_name in ("json", "yaml", "csv", "jsonl"):
        done = edm("evaluate", "bpm", "-r", tmp_path, "-e", "est.jsonl", "-f", format_name, home=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "caf\\xe9" in done.stdout.replace("\\\\", "\\")
