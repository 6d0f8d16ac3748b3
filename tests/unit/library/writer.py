"""A process that writes to a library until it is killed; says ``open``, then the id of each track it has committed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from edm.library import open_library
from unit.library.made import add_track, do


def main(path: str, task: str) -> None:
    with open_library(Path(path), mode="write") as library:
        print("open", flush=True)
        if task == "hold":
            time.sleep(60)
        start = int(task)
        for number in range(start, start + 100_000):
            with library.transaction():
                track_id = add_track(library, f"{number}.mp3")
                do(library, track_id, identity=f"{number}.mp3", seed=number)
            print(track_id, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
