"""What relations of genres and vectors cost: CPU seconds of one core and peak memory, for a made-up library.

    OMP_NUM_THREADS=1 python benchmarks/genres.py [--tracks 100000] [--genres 600] [--per-track 8]

Ten tracks make an album; every genre belongs to one of twenty parents, and an album keeps to one parent for the most
part, so that pairs are as many as in a library of many styles. How a track's claims become weights is timed apart, on
twice as many claims as a track has genres. Each step runs in the same process, so the last peak is that of all.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from edm.genres.relations import (
    TrackGenres,
    album_groups,
    cooccurrence,
    inverse_frequency,
    relate,
    similarity_matrix,
)
from edm.genres.similarity_file import read_similarity, write_similarity
from edm.genres.vectors import genre_vectors
from edm.genres.weights import Claim, weigh

PARENTS = 20
TRACKS_PER_ALBUM = 10
STRAY = 0.1


def make_tracks(count: int, genres: int, per_track: int) -> list[TrackGenres]:
    """Tracks whose genres are those of their album's parent, a few strays aside."""
    rng = np.random.default_rng(0)
    names = [f"genre {g:04d}" for g in range(genres)]
    of_parent = [names[p::PARENTS] for p in range(PARENTS)]
    tracks = []
    for index in range(count):
        if index % TRACKS_PER_ALBUM == 0:
            own = of_parent[rng.integers(PARENTS)]
            picks = [own[g] for g in rng.integers(len(own), size=per_track)]
        held = [
            names[rng.integers(genres)] if stray else pick
            for pick, stray in zip(picks, rng.random(per_track) < STRAY, strict=True)
        ]
        weights = dict(zip(held, rng.uniform(0.1, 1.0, per_track).tolist(), strict=True))
        tracks.append(TrackGenres(f"album {index // TRACKS_PER_ALBUM}", "", weights))
    return tracks


def peak_mb() -> float:
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--genres", type=int, default=600)
    parser.add_argument("--per-track", type=int, default=8)
    args = parser.parse_args()

    print(f"{'step':<28}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}")
    cpu, wall = time.process_time(), time.perf_counter()

    def say(step: str) -> float:
        nonlocal cpu, wall
        spent = time.process_time() - cpu
        print(f"{step:<28}{spent:>8.2f}{time.perf_counter() - wall:>8.2f}{peak_mb():>9.0f}", flush=True)
        cpu, wall = time.process_time(), time.perf_counter()
        return spent

    import scipy.sparse  # noqa: F401

    say("import scipy.sparse")
    tracks = make_tracks(args.tracks, args.genres, args.per_track)
    say("making up tracks")
    for track in tracks:
        weigh(
            Claim(genre, weight, source, "artist")
            for genre, weight in track.genres.items()
            for source in ("tags", "lastfm")
        )
    say("claims to weights")
    total = 0.0
    groups = album_groups(tracks)
    total += say("albums")
    found = cooccurrence(groups)
    total += say("co-occurrence")
    relations = relate(found)
    total += say("similarity")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "genre_similarity.yaml"
        write_similarity(relations, path)
        total += say("write, fsync included")
        size = path.stat().st_size
        read = read_similarity(path)
        total += say("read")
    assert read == relations
    vocab = sorted({genre for track in tracks for genre in track.genres})
    matrix = similarity_matrix(relations.pairs, vocab)
    vectors = genre_vectors([track.genres for track in tracks], vocab, matrix, inverse_frequency(relations, vocab))
    total += say("vectors, raw and smoothed")
    print(f"{'co-occurrence to vectors':<28}{total:>8.2f}")
    print(
        f"  {relations.groups} albums, {len(relations.counts)} genres, {len(found.together)} pairs met,"
        f" {len(relations.pairs)} kept, file {size / 2**10:.0f} kB, vectors {vectors.raw.shape}"
    )


if __name__ == "__main__":
    main()
