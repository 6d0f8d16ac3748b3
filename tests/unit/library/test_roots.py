"""Folders of music, and what happens when they move."""

from __future__ import annotations

from pathlib import Path

import pytest

from edm.errors import LibraryError
from edm.library import Library, roots, tracks
from unit.library.made import MUSIC, add_track


def paths(library: Library) -> list[str]:
    return [root.path.as_posix() for root in roots.all_roots(library)]


def test_a_root_is_added_once(library: Library) -> None:
    first = roots.add(library, MUSIC)
    assert roots.add(library, MUSIC) == first
    assert roots.all_roots(library) == (first,)


def test_a_root_of_any_bytes_comes_back(library: Library) -> None:
    roots.add(library, Path("/caf\udce9"))
    assert paths(library) == ["/caf\udce9"]


def test_a_root_is_absolute(library: Library) -> None:
    with pytest.raises(LibraryError, match="absolute"):
        roots.add(library, Path("music"))


def test_a_library_that_moved_needs_one_word(library: Library) -> None:
    number = add_track(library, "in/a.mp3")
    roots.relocate(library, MUSIC, Path("/mnt/disk"))
    found = tracks.get(library, number)
    assert found is not None
    assert found.path == Path("/mnt/disk/in/a.mp3")
    assert paths(library) == ["/mnt/disk"]


def test_all_roots_below_a_folder_move_with_it(library: Library) -> None:
    for name in ("/old", "/old/b", "/older", "/c"):
        roots.add(library, Path(name))
    moved = roots.relocate(library, Path("/old"), Path("/new"))
    assert [root.path.as_posix() for root in moved] == ["/new", "/new/b"]
    assert paths(library) == ["/new", "/new/b", "/older", "/c"]


def test_a_root_may_move_to_where_another_one_was(library: Library) -> None:
    for name in ("/a", "/a/a"):
        roots.add(library, Path(name))
    roots.relocate(library, Path("/a"), Path("/a/a"))
    assert paths(library) == ["/a/a", "/a/a/a"]


def test_a_folder_that_is_no_root_cannot_move(library: Library) -> None:
    roots.add(library, MUSIC)
    with pytest.raises(LibraryError, match="no root at or below /music/in") as caught:
        roots.relocate(library, MUSIC / "in", Path("/new"))
    assert caught.value.hint == "roots: /music"


def test_two_roots_cannot_become_one(library: Library) -> None:
    for name in ("/a", "/b"):
        roots.add(library, Path(name))
    with pytest.raises(LibraryError, match="/b is a root already"):
        roots.relocate(library, Path("/a"), Path("/b"))
    assert paths(library) == ["/a", "/b"]


def test_a_root_is_forgotten_once_it_has_no_tracks(library: Library) -> None:
    number = add_track(library)
    (root,) = roots.all_roots(library)
    with pytest.raises(LibraryError):
        roots.remove(library, root.id)
    tracks.delete(library, [number])
    roots.remove(library, root.id)
    assert paths(library) == []
