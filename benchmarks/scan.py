"""What a scan costs: files a second of one core when all are new, and the time in which nothing has changed.

    python benchmarks/scan.py [FOLDER]

FOLDER takes the files that are made, on the disk to be measured; without it a temporary one. Cold: 2 000 tagged tracks
of four formats with a picture of 50 kB each, dropped from the cache of the disk first, read in one process. Then a
rescan of 30 000 tiny files that are all known. CPU seconds are those of this process; the database is a real one.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, TALB, TBPM, TCON, TIT2, TPE1, TXXX
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from edm.library import open_library
from edm.pipeline.scan import ScanReport, scan

RATE = 22050
SECONDS = 20
SUFFIXES = (".mp3", ".mp3", ".flac", ".ogg", ".wav")
PICTURE = random.Random(0).randbytes(50_000)


def make_tagged(folder: Path, count: int) -> None:
    rng = np.random.default_rng(0)
    for number in range(count):
        suffix = SUFFIXES[number % len(SUFFIXES)]
        path = folder / f"artist {number % 90}" / f"album {number % 7}" / f"{number}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        samples = (0.2 * rng.standard_normal(RATE * SECONDS)).astype(np.float32)
        with soundfile.SoundFile(str(path), "w", samplerate=RATE, channels=1) as out:
            for start in range(0, len(samples), RATE):
                out.write(samples[start : start + RATE])
        tag(path, number)


def tag(path: Path, number: int) -> None:
    texts = {"title": f"Title {number}", "artist": f"Artist {number % 90}", "album": f"Album {number % 7}"}
    if path.suffix in (".mp3", ".wav"):
        file = WAVE(path) if path.suffix == ".wav" else None
        if file is not None:
            file.add_tags()
        tags = ID3() if file is None else file.tags
        for frame in (
            TIT2(3, [texts["title"]]),
            TPE1(3, [texts["artist"]]),
            TALB(3, [texts["album"]]),
            TCON(3, ["House"]),
            TBPM(3, ["128"]),
            TXXX(3, "MusicBrainz Album Id", ["0383dadf-2a4e-4d10-a46a-e9e041da8eb3"]),
            APIC(3, "image/jpeg", 3, "", PICTURE),
        ):
            tags.add(frame)
        if file is None:
            tags.save(path)
        else:
            file.save()
        return
    comments = FLAC(path) if path.suffix == ".flac" else OggVorbis(path)
    comments.update({**texts, "genre": "House", "bpm": "128"})
    picture = Picture()
    picture.data, picture.mime = PICTURE, "image/jpeg"
    if isinstance(comments, FLAC):
        comments.add_picture(picture)
    else:
        comments["metadata_block_picture"] = [picture.write().hex()]
    comments.save()


def make_tiny(folder: Path, count: int) -> None:
    for number in range(count):
        path = folder / f"artist {number // 100}" / f"album {number // 20}" / f"{number % 20:02d} title.mp3"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"tiny %d" % number)


def forget(folder: Path) -> None:
    """Have the system drop the files from its cache, so that they are read from the disk."""
    os.sync()
    for path in folder.rglob("*.*"):
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def timed_scan(database: Path, folder: Path) -> tuple[ScanReport, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    with open_library(database, mode="write") as library:
        report = scan(library, [folder])
    return report, time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--cold", type=int, default=2000, help="tagged files")
    parser.add_argument("--known", type=int, default=30_000, help="tiny files")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=arguments.folder, prefix="edm-scan-"))
    try:
        make_tagged(folder / "tagged", arguments.cold)
        forget(folder / "tagged")
        report, wall_s, cpu_s = timed_scan(folder / "tagged.db", folder / "tagged")
        assert report.new == arguments.cold
        print(f"cold: {report.new} files, {cpu_s:.2f} CPU s, {wall_s:.2f} s: {report.new / cpu_s:.0f} files/s a core")

        make_tiny(folder / "tiny", arguments.known)
        report, wall_s, cpu_s = timed_scan(folder / "tiny.db", folder / "tiny")
        assert report.new == arguments.known
        print(f"first scan of {report.new} tiny files: {cpu_s:.2f} CPU s, {wall_s:.2f} s")
        for _ in range(3):
            report, wall_s, cpu_s = timed_scan(folder / "tiny.db", folder / "tiny")
            assert report.unchanged == arguments.known
            print(f"rescan of {report.unchanged} known files: {cpu_s:.2f} CPU s, {wall_s:.2f} s")
        print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
