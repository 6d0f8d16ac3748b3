"""How many requests the stage genres makes for a made-up library, and how fast it takes the answers in.

    OMP_NUM_THREADS=1 python benchmarks/genre_requests.py [--tracks 10000] [--artists 800] [--albums 1500]

A server on this computer, in a process of its own, answers every question with 50 tags, without any limit of rate.
Figures are those of the process that asks, reads and stores: replies a second of wall time and of its own CPU time,
and memory at the beginning, in the middle and at the end of the asking. A second run follows, and one in which a track
is new.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from edm.genres.vocabulary import load_vocabulary
from edm.library import Library, open_library, roots, tracks
from edm.library.records import FileStamp
from edm.model import Tags
from edm.pipeline.genre_request import GenreSources
from edm.pipeline.genres import GenresStage
from edm.pipeline.stage import RunRequest, Telling
from edm.processing.progress import Event, ItemFinished
from genre_server import KEY, genre_server

TAGS = 50


def serve(pipe: Connection, artists: int, albums: int) -> None:
    """Answer until told to end; told to count, say how many requests there were."""
    names = [*load_vocabulary().genres, *(f"noise {n}" for n in range(400))]
    draw = random.Random(0)

    def tags() -> list[tuple[str, int]]:
        # Most of what listeners say few of them say.
        return [(name, max(1, round(100 * 0.85**place))) for place, name in enumerate(draw.sample(names, TAGS))]

    with genre_server() as server:
        for number in range(artists):
            server.add_lastfm(f"Artist {number}", tags=tags())
        for number in range(albums):
            server.add_lastfm(f"Artist {number % artists}", f"Album {number}", tags=tags())
        pipe.send(server.url)
        while pipe.recv():
            pipe.send(len(server.requests))


def fill(library: Library, count: int, artists: int, albums: int) -> None:
    root = roots.add(library, Path("/music"))
    with library.transaction():
        for number in range(count):
            album = number * albums // count
            artist = f"Artist {album % artists}"
            found = Tags(artist=artist, album=f"Album {album}", title=f"Title {number}", genres=("House",))
            tracks.add(library, root.id, f"{number}.mp3", FileStamp(1, 1, str(number)), found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, default=10_000)
    parser.add_argument("--artists", type=int, default=800)
    parser.add_argument("--albums", type=int, default=1_500)
    args = parser.parse_args()

    here, there = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(there, args.artists, args.albums), daemon=True
    )
    server.start()
    url = here.recv()
    sources = GenreSources(lastfm_api_key=KEY, lastfm_url=url, musicbrainz=True, musicbrainz_url=url, lastfm_per_s=1e6)
    me = psutil.Process()
    memory: list[float] = []
    first_at = last_at = first_cpu = last_cpu = 0.0

    def listen(event: Event) -> None:
        nonlocal first_at, last_at, first_cpu, last_cpu
        if isinstance(event, ItemFinished):
            last_at, last_cpu = time.perf_counter(), time.process_time()
            if not memory:
                first_at, first_cpu = last_at, last_cpu
            memory.append(me.memory_info().rss / 2**20)

    with tempfile.TemporaryDirectory() as folder, open_library(Path(folder) / "library.db", mode="write") as library:
        fill(library, args.tracks, args.artists, args.albums)

        def run(name: str) -> None:
            wall, cpu = time.perf_counter(), time.process_time()
            report = GenresStage().run(library, RunRequest(genres=sources), Telling(listener=listen))
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            here.send(True)
            print(
                f"{name:<14}{here.recv():>7} requests so far {wall:>8.2f} s {cpu:>8.2f} CPU s"
                f"{report.done:>7} answered{report.failed:>4} failed"
            )

        run("first run")
        replies = len(memory) - 1
        print(
            f"  asking: {replies / (last_at - first_at):.0f} replies/s, {replies / (last_cpu - first_cpu):.0f} replies"
            f" a CPU second; memory {memory[0]:.0f}, {memory[len(memory) // 2]:.0f}, {memory[-1]:.0f} MB"
        )
        run("second run")
        tracks.add(library, 1, "new.mp3", FileStamp(1, 1, "new"), Tags(artist="Artist 1", album="Album 1"))
        run("a new track")
        print(f"  database {library.path.stat().st_size / 2**20:.1f} MB")
    here.send(False)
    server.join()


if __name__ == "__main__":
    main()
