"""Rekordbox collections are read, their beats laid as Rekordbox draws them, and attacks refused."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.evaluation.annotation import Annotation
from edm.evaluation.readers.rekordbox import GridNode, lay_beats, location_to_path, longest_bpm, read_rekordbox

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
TEMPO = '<TEMPO Inizio="0.025" Bpm="128.00" Metro="4/4" Battito="1"/>'


def collection(*tracks: str) -> str:
    return (
        f'{HEAD}<DJ_PLAYLISTS Version="1.0.0"><PRODUCT Name="rekordbox"/><COLLECTION Entries="{len(tracks)}">\n'
        + "\n".join(tracks)
        + '\n</COLLECTION><PLAYLISTS><NODE Name="ROOT"><TRACK Key="1"/></NODE></PLAYLISTS></DJ_PLAYLISTS>\n'
    )


def track(inside: str = TEMPO, location: str = "file://localhost/C:/Music/a.mp3", **attributes: str) -> str:
    values = {"Location": location, "TotalTime": "10", "AverageBpm": "127.00"} | attributes
    return "<TRACK " + " ".join(f'{key}="{value}"' for key, value in values.items()) + f">{inside}</TRACK>"


def read(folder: Path, text: str) -> tuple[Annotation, ...]:
    path = folder / "rb.xml"
    path.write_text(text, encoding="utf-8")
    return read_rekordbox(path)


def test_a_track_of_one_tempo(tmp_path: Path) -> None:
    (row,) = read(tmp_path, collection(track(Name="Song &amp; Dance", Genre="House", Artist="")))
    assert (row.path, row.bpm, row.duration_s) == ("C:/Music/a.mp3", 128.0, 10.0)
    assert row.fields == {"Name": "Song & Dance", "Genre": "House"}
    assert row.origin == "rb.xml, line 3"
    assert row.beats_s is not None
    np.testing.assert_allclose(row.beats_s, 0.025 + 60 / 128 * np.arange(22))
    assert row.downbeats_s is not None
    np.testing.assert_allclose(row.downbeats_s, row.beats_s[::4])


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("file://localhost/C:/Music/a%20b.mp3", "C:/Music/a b.mp3"),
        ("file:///C:/Music/a.mp3", "C:/Music/a.mp3"),
        ("file://localhost/Users/x/%E3%81%82%2520.mp3", "/Users/x/あ%20.mp3"),
        ("FILE://LOCALHOST/Users/x/100%.mp3", "/Users/x/100%.mp3"),
        ("file://localhost/Users/x/é.mp3", "/Users/x/é.mp3"),
        ("file://nas/music/a.mp3", "//nas/music/a.mp3"),
        ("file://localhost//nas/music/a.mp3", "//nas/music/a.mp3"),
        ("Music/a.mp3", "Music/a.mp3"),
    ],
)
def test_locations_become_paths(location: str, path: str) -> None:
    assert location_to_path(location) == path


def test_bytes_of_a_location_that_are_no_text_are_kept() -> None:
    assert location_to_path("file://localhost/caf%E9.mp3") == "/caf\udce9.mp3"


def test_without_a_grid_the_average_counts_and_zero_is_no_tempo(tmp_path: Path) -> None:
    first, second = read(tmp_path, collection(track(""), track("", "file://localhost/b.mp3", AverageBpm="0.00")))
    assert (first.bpm, first.beats_s) == (127.0, None)
    assert second.bpm is None


def test_without_a_total_time_the_average_counts_and_a_warning_says_so(tmp_path: Path) -> None:
    path = tmp_path / "rb.xml"
    path.write_text(collection(track(TotalTime="0")))
    warnings: list[str] = []
    (row,) = read_rekordbox(path, on_warning=warnings.append)
    assert (row.bpm, row.beats_s, row.duration_s) == (127.0, None, None)
    assert warnings == ["rb.xml, line 3: has no TotalTime, so its beats are not known"]


def test_the_tempo_that_lasts_longest_counts_however_many_nodes_it_has() -> None:
    nodes = [GridNode(0.0, 128.0), GridNode(30.0, 140.0), GridNode(75.0, 128.0)]
    assert longest_bpm(nodes, 100.0) == 128.0
    assert longest_bpm(nodes, 80.0) == 140.0
    assert longest_bpm([GridNode(50.0, 90.0), GridNode(60.0, 180.0)], 110.0) == 90.0


def test_a_grid_goes_back_to_the_start() -> None:
    beats_s, downbeats_s = lay_beats([GridNode(2.0, 60.0, 4, 1)], 6.0)
    assert beats_s.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert downbeats_s.tolist() == [2.0, 6.0]


def test_places_follow_battito_and_metro() -> None:
    assert lay_beats([GridNode(1.0, 60.0, 4, 3)], 9.0)[1].tolist() == [3.0, 7.0]
    assert lay_beats([GridNode(1.0, 60.0, 3, 3)], 9.0)[1].tolist() == [2.0, 5.0, 8.0]


def test_a_beat_close_to_the_next_node_is_its_own() -> None:
    near, _ = lay_beats([GridNode(0.0, 60.0), GridNode(3.01, 120.0, 4, 4)], 5.0)
    np.testing.assert_allclose(near, [0, 1, 2, 3.01, 3.51, 4.01, 4.51])
    early, _ = lay_beats([GridNode(0.0, 60.0), GridNode(2.99, 120.0, 4, 4)], 4.0)
    np.testing.assert_allclose(early, [0, 1, 2, 2.99, 3.49, 3.99])


def test_every_node_has_its_first_beat() -> None:
    beats_s, downbeats_s = lay_beats([GridNode(0.0, 60.0), GridNode(2.0, 30.0), GridNode(2.3, 60.0, 4, 1)], 4.0)
    np.testing.assert_allclose(beats_s, [0, 1, 2, 2.3, 3.3])
    np.testing.assert_allclose(downbeats_s, [0, 2, 2.3])


def test_a_node_behind_the_end_lays_nothing() -> None:
    assert lay_beats([GridNode(0.0, 60.0), GridNode(9.0, 120.0)], 3.5)[0].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert lay_beats([GridNode(20.5, 60.0)], 2.0)[0].tolist() == [0.5, 1.5]


GRIDS = st.lists(
    st.tuples(st.integers(1, 40_000), st.integers(2000, 65_535), st.integers(1, 4)), min_size=1, max_size=8
).map(
    lambda rows: [
        GridNode(sum(row[0] for row in rows[: index + 1]) / 1000, bpm / 100, 4, place)
        for index, (_, bpm, place) in enumerate(rows)
    ]
)


@given(GRIDS, st.integers(1, 400))
def test_grids_of_any_kind_increase_and_stay_inside(nodes: list[GridNode], duration_s: int) -> None:
    beats_s, downbeats_s = lay_beats(nodes, float(duration_s))
    assert np.all(np.diff(beats_s) > 0)
    assert np.all((beats_s >= 0) & (beats_s <= duration_s))
    assert set(downbeats_s) <= set(beats_s)
    inside = [node.start_s for node in nodes if node.start_s <= duration_s]
    assert set(inside) <= set(beats_s)
    assert not len(beats_s) or beats_s[0] < 60 / nodes[0].bpm + 1e-3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no valid XML"),
        ("<DJ_PLAYLISTS>", "no valid XML: no element found"),
        ("<a/>", "no Rekordbox collection"),
        (collection(track(AverageBpm="x")), "rb.xml, line 3: AverageBpm 'x' is no number"),
        (collection(track(TotalTime="-1")), "TotalTime '-1' is negative"),
        (collection(track(TotalTime="1e12")), "TotalTime '1e12' is more than a day"),
        (collection(track(location="")), "line 3: names no track"),
        (collection(track(), "", track()), r"line 5: path 'C:/Music/a\.mp3' stands in rb\.xml, line 3 already"),
        (collection(track("\n<TEMPO Inizio='0'/>")), "line 4: a TEMPO needs Inizio and Bpm"),
        (collection(track("<TEMPO Inizio='-1' Bpm='128'/>")), "Inizio '-1' is negative"),
        (collection(track("<TEMPO Inizio='0' Bpm='1001'/>")), "Bpm '1001' is more than 1000"),
        (collection(track(TEMPO + TEMPO)), "TEMPO nodes must increase; 0.025 s comes after 0.025 s"),
        (collection(track("<TEMPO Inizio='0' Bpm='128' Metro='4'/>")), "Metro '4' is no metre"),
        (collection(track("<TEMPO Inizio='0' Bpm='128' Metro='0/4'/>")), "Metro '0/4' is no metre"),
        (collection(track("<TEMPO Inizio='0' Bpm='128' Battito='5'/>")), "Battito '5' is no beat of a bar of 4/4"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x SYSTEM "http://localhost/x.dtd">',
        "<!DOCTYPE x [<!ENTITY % p SYSTEM 'file:///etc/hostname'> %p;]>",
        "<!DOCTYPE x>",
    ],
)
def test_document_types_and_entities_are_refused(tmp_path: Path, declared: str) -> None:
    text = collection(track(Name="&c;")).replace(HEAD, HEAD + declared)
    with pytest.raises(InputError, match="line 2: declares a DOCTYPE or an entity"):
        read(tmp_path, text)


@pytest.mark.parametrize("encoding", ["no-such", "utf-7", "shift_jis", "rot13", "idna"])
def test_encodings_that_cannot_be_read_are_errors(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(InputError, match="no valid XML"):
        read(tmp_path, collection(track()).replace("UTF-8", encoding))


def test_a_big_collection_needs_the_memory_of_its_annotations_only(tmp_path: Path) -> None:
    padding = "x" * 2000
    tracks = [track("", f"file://localhost/{index}.mp3") + f"<X a='{padding}'/>" for index in range(5000)]
    path = tmp_path / "rb.xml"
    path.write_text(collection(*tracks))
    tracemalloc.start()
    rows = read_rekordbox(path)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(rows) == 5000
    # The document, as a tree or as a text, is more than 10 MB; the annotations are 4.
    assert peak_bytes < 6e6
