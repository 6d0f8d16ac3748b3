"""Write tracks with known sections, drops and keys, and a manifest that `edm evaluate` reads as a reference.

    python benchmarks/arrangements.py --out DIR --seeds 1000:1040 [--style house] [--seconds 240] [--format flac]

``manifest.csv`` has a row for each track: path, bpm, files of beats, downbeats, sections and drops, key, genre and
kind, paths relative to its own folder. Seeds below 1000 are for tuning, those from 1000 on for scores; no method may
have been fitted to the latter.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import soundfile

from edm.demo.arranged import RANDOM_STYLES, ArrangedTrack, random_track

COLUMNS = ("path", "bpm", "constant", "beats_file", "downbeats_file", "sections_file", "drops_file", "key", "genre")
COLUMNS += ("title", "artist", "kind", "first_beat_s", "tuning_cents", "notes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder, made if it does not exist")
    parser.add_argument("--seeds", type=seeds, default=seeds("1000:1020"), help="first and last but one: A:B")
    parser.add_argument("--style", choices=RANDOM_STYLES, help="default: by lot")
    parser.add_argument("--seconds", type=float, help="default: by lot, 150 to 300")
    parser.add_argument("--format", choices=("flac", "wav"), default="flac")
    arguments = parser.parse_args()
    for folder in ("audio", "ann"):
        (arguments.out / folder).mkdir(parents=True, exist_ok=True)
    started_s, music_s = time.process_time(), 0.0
    with (arguments.out / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        manifest = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        manifest.writeheader()
        for seed in arguments.seeds:
            track = random_track(seed, style=arguments.style, duration_s=arguments.seconds)
            manifest.writerow(written(track, seed, arguments.out, arguments.format))
            music_s += track.duration_s
    cpu_s = time.process_time() - started_s
    count = len(arguments.seeds)
    print(f"{count} tracks, {music_s / 60:.0f} minutes of music, {cpu_s / count:.2f} CPU s a track, files included")


def seeds(text: str) -> range:
    """``A:B`` as a range."""
    first, last = text.split(":")
    return range(int(first), int(last))


def written(track: ArrangedTrack, seed: int, out: Path, suffix: str) -> dict[str, object]:
    """Write a track and its truth; its row of the manifest."""
    name = f"{seed:05d}_{track.style}"
    audio = f"audio/{name}.{suffix}"
    soundfile.write(out / audio, track.samples, track.sample_rate, subtype="PCM_16")
    truths = {
        "beats": [f"{time_s:.6f}" for time_s in track.beats_s if track.has_beat],
        "downbeats": [f"{time_s:.6f}" for time_s in track.downbeats_s if track.has_beat],
        "sections": [f"{section.start_s:.6f}\t{section.end_s:.6f}\t{section.label}" for section in track.sections],
        "drops": [f"{time_s:.6f}" for time_s in track.drops_s],
    }
    row: dict[str, object] = {}
    for kind, lines in truths.items():
        # Without a beat there is no file of beats; without a drop there is one of drops, and it is empty.
        if lines or kind == "drops":
            row[f"{kind}_file"] = f"ann/{name}.{kind}.txt"
            (out / f"ann/{name}.{kind}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    names = ", ".join(f"{section.name} {section.end_bar - section.start_bar + 1}" for section in track.sections)
    return {
        **row,
        "path": audio,
        "bpm": f"{track.bpm:g}" if track.has_beat else "",
        "constant": int(track.has_beat),
        "key": track.key,
        "genre": track.genre,
        "title": name,
        "artist": "edm",
        "kind": track.kind,
        "first_beat_s": f"{track.first_beat_s:.6f}",
        "tuning_cents": f"{track.tuning_cents:.1f}",
        "notes": names,
    }


if __name__ == "__main__":
    main()
