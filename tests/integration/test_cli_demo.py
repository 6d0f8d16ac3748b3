"""``edm demo`` and ``edm doctor`` as programs."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from tests.integration import cli_program

edm = partial(cli_program.edm, own_cache=False)


def test_the_demo_shows_truth_beside_estimate(tmp_path: Path) -> None:
    done = edm("demo", "music", "--detector", "flux", home=tmp_path)
    assert done.returncode == 0, done.stderr
    titles, *rows = done.stdout.splitlines()
    assert titles.split()[:3] == ["track", "true", "BPM"]
    assert len(rows) == 3
    assert sum(" 174.000 " in row for row in rows) >= 1
    assert (tmp_path / "music" / "truth.csv").is_file()


def test_the_demo_can_only_write(tmp_path: Path) -> None:
    done = edm("demo", "--no-analyze", home=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    written = sorted(path.suffix for path in (tmp_path / "edm-demo").rglob("*.*"))
    assert len(written) == 7
    assert written.count(".txt") == 3


def test_a_dry_demo_writes_nothing(tmp_path: Path) -> None:
    done = edm("demo", "--dry-run", home=tmp_path)
    assert done.returncode == 0
    assert not (tmp_path / "edm-demo").exists()


def test_the_doctor_shows_the_sum_of_workers_and_every_detector(tmp_path: Path) -> None:
    done = edm("doctor", "--json", home=tmp_path, env={"EDM_MAX_WORKERS": "1"})
    found = json.loads(done.stdout)
    assert set(found["detectors"]) == {"network", "flux", "librosa"}
    assert found["workers"]["cap"] == 1
    assert found["workers"]["chosen"] == 1
    assert None not in found["decoders"].values()
    assert done.returncode == (1 if found["problems"] else 0)


def test_the_doctor_tells_what_is_missing(tmp_path: Path) -> None:
    env = {"EDM_MODELS__DIR": str(tmp_path / "nothing")}
    done = edm("doctor", home=tmp_path, env=env)
    assert "edm models fetch" in done.stdout
    assert "auto takes" in done.stdout
