"""The worked page on adding a detector works."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from edm import analyze
from edm.analysis.beats import DETECTORS, detectors
from sounds import RATE, track_at, write_audio
from tests.integration.readme_blocks import ROOT, blocks

PAGE = ROOT / "CONTRIBUTING.md"
MODULE, ROW = blocks(PAGE, "python")


@pytest.fixture
def new_detector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Its name, once the module is where the page puts it and the row is in the table."""
    name = Path(MODULE.splitlines()[0].removeprefix("# src/")).with_suffix("").as_posix().replace("/", ".")
    source = tmp_path / "new_detector.py"
    source.write_text(MODULE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, name, module)
    ((key, row),) = eval(f"{{{ROW}}}", dict(vars(detectors))).items()
    monkeypatch.setitem(DETECTORS, key, row)
    return str(key)


def test_the_new_detector_hears_the_tempo(new_detector: str, tmp_path: Path) -> None:
    clip = write_audio(tmp_path / "house.wav", track_at(124.3, duration_s=20.0).samples, RATE)
    found = analyze(clip, detector=new_detector)
    assert found.tempo is not None
    assert found.tempo.source == found.detector == new_detector
    assert found.tempo.bpm == pytest.approx(124.3, abs=0.02)


def test_the_page_names_files_and_functions_that_exist() -> None:
    text = PAGE.read_text(encoding="utf-8")
    named = re.findall(r"`((?:src|tests|docs|benchmarks)/[\w/.*]+)`", text)
    assert named
    assert [path for path in named if not list(ROOT.glob(path.rstrip("/")))] == []


def test_the_page_names_every_room() -> None:
    rooms = {path.stem for path in (ROOT / "src" / "edm").iterdir() if not path.name.startswith(("_", "py"))}
    table = set(
        re.findall(r"`(\w+)`", "".join(line for line in PAGE.read_text().splitlines(True) if line[:3] == "| `"))
    )
    assert rooms == table
