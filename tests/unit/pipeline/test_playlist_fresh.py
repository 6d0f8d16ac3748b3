"""Whether matrices are old: the same answer from memory, and never an old one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from edm.artifacts.npz import read_matrices
from edm.genres.similarity_file import OVERRIDES_NAME
from edm.library import Library, open_library
from edm.library import stats as library_stats
from edm.pipeline.artifacts import matrices_path
from edm.pipeline.playlist import is_stale
from edm.pipeline.playlist_fresh import is_stale_by_memory
from unit.pipeline.matrix_library import ask, put, run


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_library(tmp_path / "library.db", mode="write") as opened:
        for seed in range(3):
            put(opened, f"{seed}.mp3", seed)
        run(opened, tmp_path)
        yield opened


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Fingerprints that were taken."""
    taken: list[str] = []
    real = library_stats.fingerprint

    def counted(library: Library) -> str:
        taken.append(real(library))
        return taken[-1]

    monkeypatch.setattr(library_stats, "fingerprint", counted)
    return taken


def asked(library: Library, tmp_path: Path) -> bool:
    path = matrices_path(ask(tmp_path))
    matrices = read_matrices(path)
    found = is_stale_by_memory(matrices, library, path.parent, tmp_path / "state" / "memory.json")
    assert found == is_stale(matrices, library, path.parent)
    return found


def taken_by(reads: list[str], library: Library, tmp_path: Path) -> tuple[bool, int]:
    """The answer, and how often the library was read for it; once is for the answer that it is compared with."""
    before = len(reads)
    found = asked(library, tmp_path)
    return found, len(reads) - before - 1


def test_a_library_that_has_not_changed_is_read_once(library: Library, tmp_path: Path, reads: list[str]) -> None:
    assert taken_by(reads, library, tmp_path) == (False, 1)
    assert taken_by(reads, library, tmp_path) == (False, 0)


def test_a_change_is_seen_at_once(library: Library, tmp_path: Path, reads: list[str]) -> None:
    asked(library, tmp_path)
    put(library, "new.mp3", 9)
    assert taken_by(reads, library, tmp_path) == (True, 1)
    assert taken_by(reads, library, tmp_path) == (True, 0)
    run(library, tmp_path)
    assert asked(library, tmp_path) is False


def test_new_matrices_and_overrides_are_seen_without_reading(
    library: Library, tmp_path: Path, reads: list[str]
) -> None:
    asked(library, tmp_path)
    (matrices_path(ask(tmp_path)).parent / OVERRIDES_NAME).write_text("{}\n")
    assert taken_by(reads, library, tmp_path)[0] is True


@pytest.mark.parametrize("content", ["", "{", "[]", '{"state": 1}', '{"fingerprint": "x"}', "\udc80"])
def test_a_damaged_memory_is_no_memory(library: Library, tmp_path: Path, reads: list[str], content: str) -> None:
    asked(library, tmp_path)
    (tmp_path / "state" / "memory.json").write_text(content, encoding="utf-8", errors="surrogateescape")
    assert taken_by(reads, library, tmp_path) == (False, 1)


def test_a_memory_that_cannot_be_kept_does_no_harm(library: Library, tmp_path: Path, reads: list[str]) -> None:
    (tmp_path / "state").write_text("a file")
    for _ in range(2):
        assert taken_by(reads, library, tmp_path) == (False, 1)


def test_another_database_of_that_size_is_another(library: Library, tmp_path: Path, reads: list[str]) -> None:
    asked(library, tmp_path)
    os.utime(library.path, ns=(1, 1))
    assert taken_by(reads, library, tmp_path) == (False, 1)
