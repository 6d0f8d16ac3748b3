"""The three tracks of ``edm demo``: written, tagged, and their truth beside them.

``truth.csv`` has the columns ``path,bpm,first_beat_s,first_downbeat_s,beats_per_bar,genre,key,sections_file``, paths
relative to its own folder, so that it is a reference as it stands. A sections file has a line for each section: start
and end in seconds and label, with tabs between.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edm.demo.styles import STYLES
from edm.demo.synth import SynthSection, SynthTrack, synthesise
from edm.errors import InputError

__all__ = ["SECTIONS_FOLDER", "TRUTH_FILE", "DemoTrack", "write_demo"]

TRUTH_FILE = "truth.csv"
SECTIONS_FOLDER = "sections"

_ARTIST = "edm demo"
_ALBUM = "Known by Construction"
# libsndfile's Vorbis encoder overflows the stack on a long block.
_BLOCK_FRAMES = 44_100


@dataclass(frozen=True, slots=True)
class DemoTrack:
    """One written track and what is true of it.

    Attributes
    ----------
    path
        Of the audio file.
    bpm
        Exact.
    first_beat_s, first_downbeat_s
        Seconds from the first sample.
    beats_per_bar
        Beats of each bar.
    genre
        As in its tag.
    key
        ``A minor``.
    sections
        In order, from 0 to the end of the track.
    """

    path: Path
    bpm: float
    first_beat_s: float
    first_downbeat_s: float
    beats_per_bar: int
    genre: str
    key: str = ""
    sections: tuple[SynthSection, ...] = ()


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What is to be synthesised, and how it is written; ``tag_bpm`` None leaves the tag out."""

    title: str
    suffix: str
    style: str
    bpm: float
    duration_s: float
    first_beat_s: float
    pickup_beats: int
    seed: int
    tag_bpm: str | None = None


_RECIPES = (
    _Recipe("Paper Lanterns", ".wav", "house", 124.30, 62.0, 0.25, 0, 11),
    _Recipe("Night Courier", ".flac", "dnb", 174.00, 60.0, 0.117, 1, 23),
    # Rounded, as most tags are.
    _Recipe("Long Exposure", ".mp3", "trance", 137.97, 70.0, 0.3815, 0, 37, tag_bpm="138"),
)


def write_demo(folder: Path) -> list[DemoTrack]:
    """Synthesise three tracks into ``folder`` (wav, flac, and mp3 or ogg), with tags, and write their truth.

    The truth is ``truth.csv``, and a file for each track's sections in the folder ``sections``.

    Files of the same names are replaced; equal from run to run, as far as the encoders are.

    Parameters
    ----------
    folder
        Made if it does not exist.

    Returns
    -------
    list of DemoTrack
        In the order of ``truth.csv``.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tracks = [_write_track(folder, number, recipe) for number, recipe in enumerate(_RECIPES, 1)]
        (folder / SECTIONS_FOLDER).mkdir(exist_ok=True)
        for track in tracks:
            _write_sections(_sections_path(track), track.sections)
        _write_truth(folder / TRUTH_FILE, tracks)
    except OSError as exc:
        reason = (exc.strerror or str(exc)).lower()
        raise InputError(f"{folder}: cannot write the demo: {reason}", hint="name another folder") from exc
    return tracks


def _write_track(folder: Path, number: int, recipe: _Recipe) -> DemoTrack:
    music = synthesise(
        recipe.style,
        bpm=recipe.bpm,
        duration_s=recipe.duration_s,
        first_beat_s=recipe.first_beat_s,
        pickup_beats=recipe.pickup_beats,
        seed=recipe.seed,
    )
    path = folder / f"{number:02d} {recipe.title}{_writable(recipe.suffix)}"
    _write_sound(path, music)
    _write_tags(path, number, recipe)
    return DemoTrack(
        path=path,
        bpm=recipe.bpm,
        first_beat_s=float(music.beats.times_s[0]),
        first_downbeat_s=float(music.beats.downbeats_s[0]),
        beats_per_bar=int(music.beats.positions.max()),
        genre=STYLES[recipe.style].genre,
        key=music.key,
        # What sounds before the first downbeat belongs to bar 1.
        sections=(replace(music.sections[0], start_s=0.0), *music.sections[1:]),
    )


def _writable(suffix: str) -> str:
    """``suffix``, or ``.ogg`` where the installed libsndfile is too old to write mp3."""
    import soundfile

    return suffix if suffix[1:].upper() in soundfile.available_formats() else ".ogg"


def _write_sound(path: Path, music: SynthTrack) -> None:
    import soundfile

    with soundfile.SoundFile(str(path), "w", samplerate=music.sample_rate, channels=1) as file:
        for start in range(0, len(music.samples), _BLOCK_FRAMES):
            file.write(music.samples[start : start + _BLOCK_FRAMES])


def _write_tags(path: Path, number: int, recipe: _Recipe) -> None:
    from mutagen import flac, id3, mp3, oggvorbis, wave

    genre = STYLES[recipe.style].genre
    tags: dict[str, str] = {
        "title": recipe.title,
        "artist": _ARTIST,
        "album": _ALBUM,
        "tracknumber": str(number),
        "genre": genre,
    }
    if recipe.tag_bpm is not None:
        tags["bpm"] = recipe.tag_bpm
    if path.suffix in {".flac", ".ogg"}:
        comments: Any = {".flac": flac.FLAC, ".ogg": oggvorbis.OggVorbis}[path.suffix]
        file = comments(path)
        file.update(tags)
        file.save()
        return
    frames = {"title": "TIT2", "artist": "TPE1", "album": "TALB", "tracknumber": "TRCK", "genre": "TCON", "bpm": "TBPM"}
    kinds: dict[str, Any] = {".wav": wave.WAVE, ".mp3": mp3.MP3}
    file = kinds[path.suffix](path)
    file.add_tags()
    for name, text in tags.items():
        file.tags.add(getattr(id3, frames[name])(encoding=3, text=[text]))
    file.save()


def _sections_path(track: DemoTrack) -> Path:
    return track.path.parent / SECTIONS_FOLDER / f"{track.path.stem}.txt"


def _write_sections(path: Path, sections: tuple[SynthSection, ...]) -> None:
    lines = [f"{section.start_s:.6f}\t{section.end_s:.6f}\t{section.label}\n" for section in sections]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def _write_truth(path: Path, tracks: list[DemoTrack]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(
            ["path", "bpm", "first_beat_s", "first_downbeat_s", "beats_per_bar", "genre", "key", "sections_file"]
        )
        for track in tracks:
            rows.writerow(
                [
                    track.path.name,
                    f"{track.bpm:.2f}",
                    f"{track.first_beat_s:.6f}",
                    f"{track.first_downbeat_s:.6f}",
                    track.beats_per_bar,
                    track.genre,
                    track.key,
                    _sections_path(track).relative_to(path.parent).as_posix(),
                ]
            )
