"""Whatever happens to the files, and whenever the scan is killed: results stay with their audio, none is lost."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.library import Library, open_library, stages, tracks
from edm.library.store import check
from tests.unit.pipeline.scanning import counts, library_at, rescan, song

NAMES = ["a.wav", "b.wav", "c.wav", "in/a.wav", "in/d.wav"]
AUDIO = range(5)

# What a person may do between two scans: (verb, from, to or seed).
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(NAMES), st.sampled_from(AUDIO)),
        st.tuples(st.just("move"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
        st.tuples(st.just("copy"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
        st.tuples(st.just("swap"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
        st.tuples(st.just("remove"), st.sampled_from(NAMES), st.none()),
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Contents of files of different lengths, so that none is taken for another by size and time."""
    folder = tmp_path_factory.mktemp("songs")
    return [song(folder / f"{seed}.wav", seed, seconds=0.02 + seed / 100).read_bytes() for seed in AUDIO]


class Folder:
    """A folder, and what is in it."""

    def __init__(self, path: Path, songs: list[bytes]) -> None:
        self.path, self.songs = path, songs
        self.audio: dict[str, int] = {}
        (path / "in").mkdir(parents=True)

    def change(self, verb: str, name: str, other: object) -> None:
        if verb == "write":
            assert isinstance(other, int)
            self.audio[name] = other
        elif name in self.audio and verb == "remove":
            del self.audio[name]
        elif name in self.audio and name != other:
            assert isinstance(other, str)
            if verb == "swap" and other in self.audio:
                self.audio[name], self.audio[other] = self.audio[other], self.audio[name]
            elif verb != "swap":
                self.audio[other] = self.audio[name] if verb == "copy" else self.audio.pop(name)

    def write(self) -> None:
        for name in NAMES:
            if name in self.audio:
                content = self.songs[self.audio[name]]
                if not (self.path / name).exists() or (self.path / name).read_bytes() != content:
                    (self.path / name).write_bytes(content)
            else:
                (self.path / name).unlink(missing_ok=True)


def do_all(library: Library) -> list[str]:
    """Do what is pending; the hashes that had to be done."""
    hashes = []
    for item in list(stages.pending(library, "sonic", 1)):
        identity = item.track.stamp.sample_hash
        assert identity is not None
        hashes.append(identity)
        stages.store_done(library, item.track.id, "sonic", 1, identity)
    return hashes


@given(history=st.lists(CHANGES, min_size=1, max_size=5))
@settings(max_examples=120, deadline=None)
def test_audio_that_is_in_the_library_is_never_done_again(
    history: list[list[tuple[str, str, object]]], songs: list[bytes]
) -> None:
    with tempfile.TemporaryDirectory() as place, library_at(Path(place) / "library.db") as library:
        folder = Folder(Path(place) / "music", songs)
        before: set[int] = set()
        for changes in history:
            for change in changes:
                folder.change(*change)
            folder.write()
            rescan(library, folder.path)

            present = {track.relative: track for track in tracks.iterate(library, status="present")}
            assert set(present) == set(folder.audio)
            by_audio: dict[int, list[str]] = {}
            for name, audio in folder.audio.items():
                by_audio.setdefault(audio, []).append(name)
            for names in by_audio.values():
                # One hash for one audio, and one track of it that is no duplicate.
                assert len({present[name].stamp.sample_hash for name in names}) == 1
                originals = [present[name] for name in names if present[name].duplicate_of is None]
                assert len(originals) == 1
                assert {present[name].duplicate_of for name in names} <= {None, originals[0].id}
            # Audio that was there at the last scan is not done again, wherever it is now; what is older may be.
            hashes = do_all(library)
            known = {present[names[0]].stamp.sample_hash for audio, names in by_audio.items() if audio in before}
            assert len(hashes) == len(set(hashes))
            assert not known & set(hashes)
            assert list(stages.pending(library, "sonic", 1)) == []
            before = set(by_audio)

            again = counts(rescan(library))
            assert again == ({"unchanged": len(folder.audio)} if folder.audio else {})
        assert check(library) == ()


PROGRAM = """
import sys
from pathlib import Path
from edm.library import open_library
from edm.pipeline.scan import scan
from edm.pipeline import scan_reading
scan_reading._FILES_PER_COMMIT = 8
with open_library(Path(sys.argv[1]), mode="write") as library:
    print("open", flush=True)
    scan(library, [Path(sys.argv[2])], prune=True)
"""


def test_a_scan_that_is_killed_at_any_instant_goes_on_from_there(tmp_path: Path) -> None:
    music, database = tmp_path / "music", tmp_path / "library.db"
    for seed in range(120):
        song(music / f"{seed % 7}" / f"{seed}.wav", seed)
    chance = random.Random(1)
    most = 0
    for attempt in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(database), str(music)], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"open\n"
            time.sleep(chance.uniform(0.0, 0.15))
            process.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        with open_library(database, mode="write") as library:
            assert check(library) == ()
            stored = {track.relative for track in tracks.iterate(library)}
            assert len(stored) >= most
            most = len(stored)
        if attempt == 3:
            shutil.move(music / "0", music / "moved")
    with library_at(database) as library:
        rescan(library, music)
        assert counts(rescan(library)) == {"unchanged": 120}
        listed = list(tracks.iterate(library))
        assert len(listed) == 120
        assert len({track.stamp.sample_hash for track in listed}) == 120
        assert {track.duplicate_of for track in listed} == {None}
