"""`edm run` over real tracks, with services of genres on this computer that know most of their artists, and misbehave.

    python benchmarks/genre_run.py MANIFEST... --home FOLDER [--stages scan,genres,artifacts]

The tracks of each manifest are linked into one folder as ``Artist - Title``, since most of them have no tags. The
local Last.fm and MusicBrainz (tests/genre_server.py) know three artists of four, by lot: tags like those that listeners
give, noise and misspellings among them. In the first run they are busy, too fast, cut off and out of order in turn;
what they still owe is asked for by the second run, and the third asks nothing. Prints coverage and requests.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.genre_server import KEY, GenreServer, genre_server

SERVICES = ("lastfm", "musicbrainz")
FAULTS = ["busy", "ok", "rate:1", "ok", "ok", "cut:20", "ok", "status:500", "ok", "html", "ok", "ok"]
FAULTS += ["reset", "ok", "body:{}"]
# One question that no patience answers: it is owed to the next run.
FAULTS += ["status:502"] * 6
STYLES = [
    [("Drum n Bass", 100), ("dnb", 64), ("liquid funk", 31), ("seen live", 22)],
    [("techno", 100), ("Detroit Techno", 61), ("electronic", 40), ("german", 8)],
    [("happy hardcore", 100), ("j-core", 88), ("hardcore", 41), ("japanese", 30)],
    [("chiptune", 100), ("8-bit", 71), ("video game music", 44), ("awesome", 12)],
    [("House", 100), ("deep house", 55), ("french touch", 21), ("00s", 20)],
    [("trance", 100), ("uplifting trance", 47), ("psytrance", 16), ("male vocalists", 9)],
]


def link_tracks(manifests: list[Path], music: Path) -> list[str]:
    """Artists of the tracks; the tracks are in `music` afterwards."""
    music.mkdir(parents=True, exist_ok=True)
    artists = []
    for manifest in manifests:
        with manifest.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                track = manifest.parent / row["path"]
                name = f"{row['artist'] or 'Unknown'} - {row['title'] or track.stem}".replace("/", "∕")
                target = music / f"{name}{track.suffix}"
                if track.exists() and not target.exists():
                    os.link(track, target) if track.stat().st_dev == music.stat().st_dev else target.symlink_to(track)
                artists.append(row["artist"])
    return sorted({artist for artist in artists if artist})


def fill(server: GenreServer, artists: list[str]) -> None:
    """Three of four are known: half of them to Last.fm, the others to MusicBrainz alone."""
    lot = random.Random(5)
    for artist in artists:
        knows = lot.random()
        tags = [*lot.choice(STYLES), (artist, 15)]
        if knows < 0.5:
            server.add_lastfm(artist, tags=tags)
        elif knows < 0.75:
            server.add_artist(artist, tags=[(name.lower(), count // 10) for name, count in tags])


def run_edm(home: Path, server: GenreServer, *args: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "EDM_DB": str(home / "library.db"),
        "XDG_STATE_HOME": str(home / "state"),
        "EDM_GENRES__LASTFM_API_KEY": KEY,
        "EDM_GENRES__LASTFM_URL": f"{server.url}/2.0/",
        "EDM_GENRES__MUSICBRAINZ": "true",
        "EDM_GENRES__MUSICBRAINZ_URL": f"{server.url}/ws/2/",
        "EDM_GENRES__LASTFM_PER_S": "50",
        "EDM_GENRES__MUSICBRAINZ_PER_S": "20",
    }
    command = [sys.executable, "-m", "edm", *args]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifests", nargs="+", type=Path)
    parser.add_argument("--home", type=Path, required=True, help="Gets the library, its artifacts and the links.")
    parser.add_argument("--stages", default="scan,genres,sonic,artifacts")
    asked = parser.parse_args()
    artists = link_tracks(asked.manifests, asked.home / "music")
    with genre_server() as server:
        fill(server, artists)
        for service in SERVICES:
            server.faults[service].extend(FAULTS)
        for number in (1, 2, 3):
            before = len(server.requests)
            folders = [str(asked.home / "music")] if number == 1 else []
            done = run_edm(asked.home, server, "run", *folders, "--stages", asked.stages, "--progress", "none")
            by_service = [
                sum(one.service == name for one in server.requests[before:]) for name in ("lastfm", "musicbrainz")
            ]
            sys.stdout.write(f"run {number}: exit {done.returncode}, {by_service[0]} requests to Last.fm, ")
            sys.stdout.write(f"{by_service[1]} to MusicBrainz\n")
            sys.stdout.writelines(f"  {line}\n" for line in done.stderr.splitlines())
        coverage = run_edm(asked.home, server, "genres", "--stats", "--format", "json")
    sys.stdout.write(json.dumps(json.loads(coverage.stdout), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
