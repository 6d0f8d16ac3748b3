"""What a person reads of genres."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.cells import cell_len

from edm.cli.genres_text import (
    coverage_lines,
    explain_lines,
    override_rows,
    override_words,
    show_lines,
    tag_words,
    unknown_rows,
)


def tag(name: str, weight: float | None = 1.0, **changes: Any) -> dict[str, Any]:
    return {"tag": name, "weight": weight, "genres": [], "dropped": [], "unknown": [], "fixed": False, **changes}


def voice(source: str = "lastfm", entity: str = "artist", weight: float = 0.45, *, inherited: bool = False) -> Any:
    return {"source": source, "entity": entity, "weight": weight, "inherited": inherited}


SET = {
    "kind": "set",
    "entity": "artist",
    "subject": "Jeff Mills",
    "genres": ["techno", "detroit techno"],
    "at": "2026-11-21T15:00:00.000000+00:00",
    "said_by": "ann",
}
FIX = {**SET, "kind": "fix", "entity": "tag", "subject": "tekkno", "genres": []}
TRACK: dict[str, Any] = {
    "kind": "track",
    "id": 12,
    "path": "/music/The Bells.flac",
    "artist": "Jeff Mills",
    "title": "The Bells",
    "album": "Kat Moda EP",
    "tracks": 1,
    "genres": [
        {"genre": "techno", "weight": 0.912, "tracks": 1, "sources": [voice("tags", "track", 0.84), voice()]},
        {"genre": "house", "weight": 0.1, "tracks": 1, "sources": [voice("musicbrainz", "album", 0.1, inherited=True)]},
    ],
    "why_none": None,
    "overrides": [],
    "said": [
        {
            "source": "tags",
            "entity": "track",
            "name": None,
            "outcome": "found",
            "at": None,
            "expires_at": None,
            "tags": [tag("Techno", None, genres=["techno"])],
        },
        {
            "source": "lastfm",
            "entity": "artist",
            "name": "Jeff Mills",
            "outcome": "found",
            "at": "2026-11-20T15:00:00+00:00",
            "expires_at": None,
            "tags": [
                tag("techno", genres=["techno"]),
                tag("seen live", 0.19, dropped=[{"text": "seen live", "why": "a listener's note"}]),
                tag("blorp", 0.05, unknown=["blorp"]),
            ],
        },
        {
            "source": "musicbrainz",
            "entity": "album",
            "name": "Kat Moda EP",
            "outcome": "none",
            "at": "2026-11-20T15:00:00+00:00",
            "expires_at": "2026-12-20T15:00:00+00:00",
            "tags": [],
        },
    ],
}


def test_a_track_is_shown_with_all_that_speaks_for_it() -> None:
    assert show_lines(TRACK, io.StringIO()) == [
        "Jeff Mills – The Bells (Kat Moda EP)",
        "track 12, /music/The Bells.flac",
        "",
        "genre   sure  from",
        "techno  0.91  file tags 0.84, Last.fm of artist 0.45",
        "house   0.10  MusicBrainz of album by a member 0.10",
        "",
        "file tags",
        "  Techno  –  techno",
        "",
        "Last.fm of the artist 'Jeff Mills', asked 2026-11-20",
        "  techno     1.00  techno",
        "  seen live  0.19  dropped: a listener's note",
        "  blorp      0.05  unknown",
        "",
        "MusicBrainz knows nothing of the album 'Kat Moda EP' (asked again after 2026-12-20)",
    ]


def test_an_artist_is_the_mean_of_its_tracks() -> None:
    genres = [{"genre": "techno", "weight": 0.5, "tracks": 3, "sources": [voice()]}]
    record = {"kind": "artist", "name": "Jeff Mills", "tracks": 4, "genres": genres, "overrides": [SET], "said": []}
    assert show_lines(record, io.StringIO()) == [
        "Jeff Mills: 4 tracks; mean over them",
        "",
        "genre   sure  tracks  from",
        "techno  0.50  3       Last.fm of artist 0.45",
        "",
        "you said on 2026-11-21: artist 'Jeff Mills' is techno, detroit techno",
    ]


def test_without_genres_it_says_why() -> None:
    record = {**TRACK, "genres": [], "said": [], "why_none": "not asked yet: edm genres"}
    assert show_lines(record, io.StringIO())[-1] == "no genres: not asked yet: edm genres"


def test_names_cannot_garble_the_screen() -> None:
    record = {**TRACK, "artist": "two\nlines\x1b[31m", "title": None, "album": "x" * 400}
    said = [{**TRACK["said"][1], "name": "a\nb", "tags": [tag("c\nd", unknown=["c d"])]}]
    for line in show_lines({**record, "said": said}, io.StringIO()):
        assert line.isprintable()
        assert cell_len(line) <= 120


def test_of_many_tags_the_first_are_shown() -> None:
    said = [{**TRACK["said"][1], "tags": [tag(f"t{n}", unknown=[f"t{n}"]) for n in range(40)]}]
    lines = show_lines({**TRACK, "said": said}, io.StringIO())
    assert lines[-1] == "  … and 15 more; all of them with --format json"


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (tag("x", genres=["house", "techno"]), "house; techno"),
        (tag("x", unknown=["x"]), "unknown"),
        (tag("X / y", genres=["y"], unknown=["x"]), "y; unknown: x"),
        (tag("x", fixed=True), "names no genre (as you said)"),
        (tag("x", genres=["house"], fixed=True), "house (as you said)"),
        (tag("80s", dropped=[{"text": "80s", "why": "a time"}]), "dropped: a time"),
    ],
)
def test_what_became_of_a_tag_is_said_in_a_few_words(record: dict[str, Any], words: str) -> None:
    assert tag_words(record) == words


def test_a_persons_word_is_one_line() -> None:
    assert override_words(SET) == "artist 'Jeff Mills' is techno, detroit techno"
    assert override_words(FIX) == "the tag 'tekkno' means no genre"
    assert override_rows([SET, FIX])[1:] == [
        ("artist", "Jeff Mills", "techno, detroit techno", "2026-11-21"),
        ("tag", "tekkno", "none", "2026-11-21"),
    ]


def test_unknown_tags_name_who_bears_them() -> None:
    assert unknown_rows([{"tag": "blorp", "count": 3, "examples": ["A", "B"]}])[1] == ("3", "blorp", "A; B")


def test_an_explanation_is_its_sentences() -> None:
    assert explain_lines({"steps": ["One.", "Two\nlines."]}) == ["One.", "Two\\nlines."]


def test_the_coverage_is_counted_by_source() -> None:
    record = {
        "tracks": 10,
        "tracks_with_genres": 9,
        "by_source": {"tags": 4, "lastfm": 8, "musicbrainz": 0, "person": 1},
        "inherited": 2,
        "errors_of_last_run": 3,
        "entities": {"artist": {"all": 5, "found": 3, "none": 1, "pending": 1}},
        "genres": {"techno": 7, "house": 2},
        "unknown_tags": 6,
        "overrides": 2,
    }
    assert coverage_lines(record, io.StringIO()) == [
        "tracks              10",
        "tracks with genres  9   90 %",
        "  from file tags    4   40 %",
        "  from Last.fm      8   80 %",
        "  from you          1   10 %",
        "  by a member       2   20 %",
        "tracks without      1",
        "",
        "asked once for each  all  found  none  pending",
        "artists              5    3      1     1",
        "3 errors in the last run; the next one asks again",
        "",
        "most frequent genres: techno (7), house (2)",
        "",
        "6 unknown tags; edm genres unknown",
        "2 of your own words; edm genres overrides",
    ]


def test_an_empty_library_has_a_coverage_too() -> None:
    record = {"tracks": 0, "tracks_with_genres": 0, "by_source": {}, "entities": {}, "genres": {}}
    rest = {"unknown_tags": 0, "overrides": 0, "inherited": 0, "errors_of_last_run": 0}
    lines = coverage_lines({**record, **rest}, io.StringIO())
    assert lines[0] == "tracks              0"
    assert lines[-1] == "0 unknown tags"
