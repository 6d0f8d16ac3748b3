"""Playlists as records and as files."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edm.artifacts.npz import read_matrices, write_matrices
from edm.artifacts.text import text_column
from edm.errors import InputError
from edm.pipeline.playlist import Collection, open_collection
from edm.pipeline.playlist_explain import explain_record
from edm.pipeline.playlist_files import check_sidecar, sidecar_path, write_m3u
from edm.pipeline.playlist_map import write_map
from edm.pipeline.playlist_records import (
    TRACK_COLUMNS,
    csv_rows,
    m3u_tracks,
    playlist_record,
    track_record,
    transition_record,
)
from edm.pipeline.playlist_similar import similar_record
from edm.playlist.m3u import possible_paths, read_m3u
from edm.playlist.make import make_playlist
from edm.playlist.request import Request, Rules
from edm.playlist.transition import transition
from edm.settings import PlaylistSettings
from unit.pipeline.planted import plant

N = 60


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant(tmp_path_factory.mktemp("planted") / "library.db", N) / "data_matrices.npz"


@pytest.fixture(scope="module")
def collection(planted: Path) -> Collection:
    return open_collection(planted)


def made(collection: Collection, request: Request, *seeds: int) -> dict[str, Any]:
    return playlist_record(collection, make_playlist(collection.space, seeds, request), request)


def test_a_record_is_plain_and_whole(collection: Collection) -> None:
    record = made(collection, Request(count=9, rules=Rules(bpm_range=(60, 200))), 3, 40)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record["kind"] == "edm playlist"
    assert [track["is_seed"] for track in record["tracks"]] == [True] + [False] * 7 + [True]
    assert record["asked"]["bpm_range"] == [60, 200]


def test_nothing_is_less_than_nothing(collection: Collection) -> None:
    edge = replace(transition(collection.space, 0, 1), stretch_pct=-0.001)
    assert str(transition_record(edge)["pitch_pct"]) == "0.0"


def test_rows_of_csv_are_flat_and_the_first_has_no_step(collection: Collection) -> None:
    record = made(collection, Request(count=4), 3)
    rows = csv_rows(record)
    assert all(tuple(row) == TRACK_COLUMNS for row in rows)
    assert rows[0]["score"] is None
    assert rows[2]["reason"] == record["tracks"][2]["transition"]["reason"]


def test_what_is_not_known_is_none(planted: Path, tmp_path: Path) -> None:
    matrices = read_matrices(planted)
    unknown = np.full(N, np.nan)
    bare = replace(
        matrices,
        track_artists=text_column([""] * N),
        track_titles=text_column([""] * N),
        key=text_column([""] * N),
        bpm=unknown,
        energy=unknown,
        duration_s=unknown,
        X_genre_raw=np.zeros_like(matrices.X_genre_raw),
    )
    write_matrices(bare, tmp_path / "bare.npz")
    collection = open_collection(tmp_path / "bare.npz")
    record = track_record(collection, 0)
    assert {name for name, value in record.items() if value is not None} == {"track_id", "path"}
    assert m3u_tracks(collection, [0])[0].duration_s is None
    json.dumps(made(collection, Request(count=5), 0), allow_nan=False)
    record = explain_record(collection, 0, 1, Request())
    assert [part["name"] for part in record["parts"] if part["of"] is None] == ["genre", "sonic"]
    assert {one["rule"]: one["kept"] for one in record["rules"]}["key_rule"] is False


def test_parts_of_an_explanation_add_up_to_the_score(collection: Collection) -> None:
    for second in range(1, 20):
        record = explain_record(collection, 0, second, Request())
        edge = transition(collection.space, 0, second)
        gives = sum(part["gives"] for part in record["parts"] if part["of"] is None)
        assert gives == pytest.approx(edge.score, abs=1e-3)
        assert record["transition"]["score"] == pytest.approx(edge.score, abs=1e-4)


def test_neighbours_tell_keys_as_they_are_and_pitched(collection: Collection) -> None:
    record, rows = similar_record(collection, 0, PlaylistSettings(), count=N, by="sonic")
    assert len(rows) == N - 1
    assert [one["track_id"] for one in record["neighbours"]] == collection.matrices.track_ids[list(rows)].tolist()
    same = [one for one in record["neighbours"] if one["key"] == record["track"]["key"]]
    assert same
    assert {one["key_relation"] for one in same} == {"same"}
    assert any(one["key_relation"] != one["key_relation_pitched"] for one in record["neighbours"])


@pytest.mark.skipif(os.name == "nt", reason="such names exist elsewhere")
@pytest.mark.parametrize("relative", [False, True])
def test_no_name_breaks_the_files(collection: Collection, tmp_path: Path, relative: bool) -> None:
    odd = ["/m/a\nb.mp3", os.fsdecode(b"/m/\xff.mp3"), "/m/x.mp3 ", "/m/電気/#1 – %41.mp3", "/m/q\\r.mp3"]
    paths = [*odd, *(f"/m/{number}" for number in range(N - len(odd)))]
    titles = ["two\nlines", "\0", "#EXTM3U", "tab\t", "\u2028", *[""] * (N - len(odd))]
    matrices = replace(collection.matrices, track_paths=text_column(paths), track_titles=text_column(titles))
    changed = Collection(matrices, collection.space)
    request = Request(count=10)
    playlist = make_playlist(changed.space, [0, 1, 2, 3, 4], request)
    target = tmp_path / "new folder" / "set é.m3u8"
    record = playlist_record(changed, playlist, request)
    write_m3u(m3u_tracks(changed, playlist.order), record, target, relative=relative)
    listed = read_m3u(target.read_bytes())
    found = [possible_paths(track.path, target.parent)[0] for track in listed]
    assert found == [paths[row] for row in playlist.order]
    assert json.loads(sidecar_path(target).read_text(encoding="utf-8"))["kind"] == "edm playlist"
    assert sorted(path.name for path in target.parent.iterdir()) == ["set é.json", "set é.m3u8"]


def test_reasons_replace_reasons_and_nothing_else(collection: Collection, tmp_path: Path) -> None:
    target = tmp_path / "a.m3u8"
    record = made(collection, Request(count=2), 3)
    write_m3u([], record, target, relative=False)
    write_m3u([], record, target, relative=False)
    for content in ("", "{}", '{"kind": "settings"}'):
        sidecar_path(target).write_text(content)
        with pytest.raises(InputError, match="is another file"):
            check_sidecar(target)
    with pytest.raises(InputError, match="is where the reasons would be written"):
        check_sidecar(tmp_path / "b.JSON")
    sidecar_path(target).unlink()
    sidecar_path(target).mkdir()
    with pytest.raises(InputError, match="is a folder"):
        write_m3u([], record, target, relative=False)


@pytest.mark.parametrize("by", ["mix", "sonic", "genre", "transition"])
def test_a_map_is_a_page_of_all_tracks(collection: Collection, tmp_path: Path, by: Any) -> None:
    write_map(collection, PlaylistSettings(), tmp_path / "map.html", by=by, row=3, near=(1, 2))
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    data = json.loads(text.split('type="application/json">')[1].split("</script>")[0])
    assert len(data["name"]) == len(data["x"]) == len(data["genre"]) == N
    assert (data["marked"], data["near"]) == (3, [1, 2])
    with pytest.raises(InputError, match="a map is a page"):
        write_map(collection, PlaylistSettings(), tmp_path / "map.png")
