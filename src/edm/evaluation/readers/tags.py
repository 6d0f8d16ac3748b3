"""The tags of audio files as annotations, BPM or key: `read_tag_annotations`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.metrics import Task
from edm.model.keys import parse_key

__all__ = ["read_tag_annotations"]


def read_tag_annotations(
    folder: Path, *, task: Task = "bpm", on_warning: Callable[[str], None] | None = None
) -> tuple[Annotation, ...]:
    """Annotations of all tracks below a folder that have a plausible tag, in the order of their names.

    Parameters
    ----------
    folder
        Where the tracks are; paths of the annotations are relative to it.
    task
        ``key`` reads the key; all others read the BPM.
    on_warning
        Called with one sentence where tracks have no such tag, and for folders that cannot be read.

    Raises
    ------
    InputError
        If the folder is not there, no track has a tag, or there are no tags of what is evaluated.
    """
    # Opens files of every kind; whoever reads a table needs nothing of it.
    from edm.audio.files import find_tracks
    from edm.audio.tags import read_tags

    if task == "structure":
        raise InputError("tags tell nothing of structure", hint="see edm evaluate formats")
    what = "key" if task == "key" else "BPM"
    tracks = find_tracks([folder], on_warning=on_warning)
    annotations = []
    for track in tracks:
        tags = read_tags(track)
        key = None if task != "key" or tags.key is None else parse_key(tags.key)
        if (key if task == "key" else tags.bpm) is None:
            continue
        path = track.relative_to(folder).as_posix() if track != folder else track.name
        texts = {"title": tags.title, "artist": tags.artist, "album": tags.album, "genre": "; ".join(tags.genres)}
        annotations.append(
            Annotation(
                path=path,
                origin=f"{path}, {what} tag",
                folder=folder if track != folder else folder.parent,
                bpm=tags.bpm,
                key=key,
                fields={key: text for key, text in texts.items() if text},
            )
        )
    if not annotations:
        raise InputError(
            f"{folder}: none of {len(tracks)} tracks has a {what} tag",
            hint="write the tags first, or give references in a file: see edm evaluate formats",
        )
    if on_warning is not None and len(annotations) < len(tracks):
        on_warning(f"{len(tracks) - len(annotations)} of {len(tracks)} tracks have no {what} tag and are left out")
    return tuple(annotations)
