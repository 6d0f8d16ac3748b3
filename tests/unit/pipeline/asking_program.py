"""A process that runs the stage ``genres`` once: DATABASE, URL of the server, and requests a second."""

from __future__ import annotations

import sys
from pathlib import Path

from edm.errors import Interrupted
from edm.library import open_library
from edm.pipeline.genre_request import GenreSources
from edm.pipeline.genres import GenresStage
from edm.pipeline.runner import run_stages
from edm.pipeline.stage import RunRequest, Telling
from genre_server import KEY


def main(path: str, url: str, per_s: str) -> int:
    sources = GenreSources(
        lastfm_api_key=KEY,
        lastfm_url=url,
        musicbrainz=True,
        musicbrainz_url=url,
        lastfm_per_s=float(per_s),
        musicbrainz_per_s=float(per_s),
    )
    with open_library(Path(path), mode="write") as library:
        try:
            report = run_stages(library, [GenresStage()], RunRequest(genres=sources), Telling(), command="genres")
        except Interrupted as stopped:
            return stopped.exit_code
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
