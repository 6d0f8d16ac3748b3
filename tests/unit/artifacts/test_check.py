"""A check finds what was broken, and draws what it found."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from edm.artifacts.check import CheckReport, check, check_record
from edm.artifacts.genre_check import strongest_genres
from edm.artifacts.matrices import Matrices
from edm.artifacts.picture import draw_check
from edm.artifacts.scaling import VARIANTS
from unit.artifacts.made import build, give_genres, make_row, make_rows

GENRES = ("acid", "dub", "house", "techno")


def bad(matrices: Matrices) -> dict[str, str]:
    """What is not as it should be, and what was seen of it."""
    report = check(matrices, variants=[])
    found = {finding.name: finding.seen for finding in report.findings if not finding.ok}
    assert report.ok is not bool(found)
    return found


def test_a_sound_library_passes_and_albums_are_found_in_every_space() -> None:
    report = check(build(make_rows(100)))
    assert report.ok
    assert (report.tracks, report.features, report.variant, report.dropped) == (100, 9, "tower", 0)
    assert [finding.name for finding in report.findings] == [
        *("shapes", "finite", "unique ids", "no constant columns", "known numbers", "scaling"),
        *("segments differ", "lengths", "genre vocabulary", "genre similarity", "genre rows", "genre coverage"),
    ]
    assert {row.variant for row in report.retrieval} == set(VARIANTS)
    assert {row.label for row in report.retrieval} == {"album", "artist", "artist, other albums"}
    albums = {row.variant: row for row in report.retrieval if row.label == "album"}
    for variant in ("zscore", "robust", "tower"):
        assert albums[variant].map > 5 * albums[variant].shuffled_map
        assert albums[variant].map > albums["raw"].map  # one huge column is all that raw hears
    # Albums are made without regard to their artist.
    elsewhere = [row for row in report.retrieval if row.label == "artist, other albums" and row.variant == "tower"]
    assert elsewhere[0].map < 0.5 * albums["tower"].map


def test_segments_that_are_the_whole_track_are_found() -> None:
    matrices = build(make_rows(40))
    assert bad(replace(matrices, X_sonic_start=matrices.X_sonic)) == {
        "segments differ": "full is start in 40 of 40 tracks over 90 s"
    }
    assert "mid is end in 40" in bad(replace(matrices, X_sonic_mid=matrices.X_sonic_end))["segments differ"]


def test_short_tracks_may_be_their_own_segments() -> None:
    matrices = build(make_rows(40))
    assert bad(replace(matrices, X_sonic_start=matrices.X_sonic, duration_s=np.full(40, 20.0))) == {}
    assert bad(replace(matrices, X_sonic_start=matrices.X_sonic, duration_s=np.full(40, np.nan))) == {}


def test_a_loop_among_many_tracks_is_no_fault() -> None:
    matrices = build(make_rows(40))
    start = matrices.X_sonic_start.copy()
    start[3] = matrices.X_sonic[3]
    report = check(replace(matrices, X_sonic_start=start), variants=[])
    assert report.ok
    assert "full is start in 1 of 40 tracks over 90 s" in [finding.seen for finding in report.findings]


def test_constant_columns_are_named() -> None:
    rows = make_rows(30)
    for row in rows:
        for vector in row.vectors.values():
            np.asarray(vector)[[2, 5]] = 1
    assert bad(build(rows)) == {"no constant columns": "constant: f2, f5"}


def test_a_number_that_is_none_is_found_and_nothing_is_looked_for() -> None:
    matrices = build(make_rows(30))
    broken = matrices.X_sonic_mid.copy()
    broken[4, 1] = np.nan
    report = check(replace(matrices, X_sonic_mid=broken))
    assert [finding.seen for finding in report.findings if not finding.ok] == ["not finite: X_sonic_mid"]
    assert report.retrieval == ()


def test_matrices_that_their_parameters_do_not_give_are_found() -> None:
    matrices = build(make_rows(30))
    assert list(bad(replace(matrices, X_sonic=matrices.X_sonic[::-1]))) == ["scaling"]


def test_ids_that_are_there_twice_are_found() -> None:
    matrices = build(make_rows(30))
    ids = matrices.track_ids.copy()
    ids[3] = ids[4]
    assert bad(replace(matrices, track_ids=ids)) == {"unique ids": "1 ids are there twice"}


def test_shapes_that_do_not_fit_are_found() -> None:
    matrices = build(make_rows(30))
    assert "X_sonic_end (29," in bad(replace(matrices, X_sonic_end=matrices.X_sonic_end[1:]))["shapes"]
    assert "bpm beside" in bad(replace(matrices, bpm=matrices.bpm[1:]))["shapes"]


def test_vectors_without_length_are_found() -> None:
    matrices = build(make_rows(30))
    end = matrices.X_sonic_end.copy()
    end[:2] = 0
    assert re.match("2 vectors have no length; 0 to", bad(replace(matrices, X_sonic_end=end))["lengths"])


def seen(matrices: Matrices, name: str) -> str:
    return next(finding.seen for finding in check(matrices, variants=[]).findings if finding.name == name)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("bpm", -1.0, "1 of bpm"),
        ("bpm", np.inf, "1 of bpm"),
        ("bpm_confidence", 1.1, "1 of bpm_confidence"),
        ("key_confidence", -0.1, "1 of key_confidence"),
        ("energy", 0.5, "1 of energy"),
        ("energy", 10.5, "1 of energy"),
        ("energy_start", 1.5, "1 of energy_start"),
        ("energy_end", -0.5, "1 of energy_end"),
        ("loudness_lufs", -np.inf, "1 of loudness_lufs"),
        ("duration_s", np.inf, "1 of duration_s"),
    ],
)
def test_a_number_out_of_its_range_is_found(name: str, value: float, said: str) -> None:
    matrices = build(make_rows(30))
    values = getattr(matrices, name).copy()
    values[3] = value
    assert bad(replace(matrices, **{name: values})) == {"known numbers": f"out of range: {said}"}


def test_numbers_at_the_ends_of_their_ranges_are_as_they_should_be() -> None:
    rows = [
        replace(row, bpm_confidence=row.track_id % 2, energy=1 + 9 * (row.track_id % 2), energy_end=0.0)
        for row in make_rows(30)
    ]
    assert bad(build(rows)) == {}
    assert "energy of 30, energy_end of 30" in seen(build(rows), "known numbers")


def test_nobody_can_be_sure_of_a_key_that_there_is_not() -> None:
    matrices = build([*make_rows(20), make_row(99, np.ones(9), key_confidence=0.5)])
    assert bad(matrices) == {"known numbers": "out of range: 1 of key_confidence without a key"}


def test_sound_genres_pass_and_are_counted() -> None:
    matrices = give_genres(build(make_rows(40)), GENRES)
    assert bad(matrices) == {}
    assert seen(matrices, "genre vocabulary") == "4 genres, sorted, all different"
    assert seen(matrices, "genre similarity") == "symmetric, 1 pairs above 0"
    with_genres = int(np.count_nonzero(matrices.X_genre_raw.any(axis=1)))
    assert seen(matrices, "genre coverage").startswith(f"{with_genres} of 40 tracks have genres, ")


def test_a_library_without_genres_is_no_fault() -> None:
    assert "edm genres" in seen(build(make_rows(20)), "genre coverage")


def test_broken_genres_are_found() -> None:
    matrices = give_genres(build(make_rows(40)), GENRES)
    raw, S = matrices.X_genre_raw, matrices.genre_similarity
    twice = ("acid", "acid", "house", "techno")
    assert bad(replace(matrices, genre_vocab=twice)) == {"genre vocabulary": "'acid' follows 'acid'"}
    idf = np.array([1.0, 0.0, 1.0, 1.0])
    assert bad(replace(matrices, genre_idf=idf)) == {"genre vocabulary": "'dub' tells 0"}
    lopsided, negative = S.copy(), S - 0.5
    lopsided[0, 3] = 0.2
    assert bad(replace(matrices, genre_similarity=lopsided)) == {"genre similarity": "not symmetric"}
    assert bad(replace(matrices, genre_similarity=negative)) == {
        "genre similarity": "not all in 0 to 1, not 1 on the diagonal"
    }
    assert "of X_genre_raw have neither length" in bad(replace(matrices, X_genre_raw=2 * raw))["genre rows"]
    assert "X_genre_raw has" in bad(replace(matrices, X_genre_raw=-raw))["genre rows"]
    emptied = raw.copy()
    emptied[1] = 0
    assert bad(replace(matrices, X_genre_raw=emptied)) == {
        "genre rows": "1 tracks have genres in one matrix and none in the other"
    }
    nan = raw.copy()
    nan[1, 1] = np.nan
    assert bad(replace(matrices, X_genre_raw=nan)) == {"finite": "not finite: X_genre_raw"}
    assert "X_genre_raw (39, 4)" in bad(replace(matrices, X_genre_raw=raw[1:]))["shapes"]
    assert "genre_idf" in bad(replace(matrices, genre_idf=idf[1:]))["shapes"]


def test_sound_finds_the_genre_of_other_artists_where_it_has_one() -> None:
    """Albums are clusters of sound; each second artist plays what the first plays."""
    rows = make_rows(120)
    for index in range(60, 120):
        rows[index] = replace(rows[index], vectors=rows[index - 60].vectors)
    matrices = build(rows)
    raw = np.zeros((120, 4), dtype=np.float32)
    raw[np.arange(120), (np.arange(120) % 60) // 20] = 1
    raw[::6] = 0
    matrices = replace(give_genres(matrices, GENRES), X_genre_raw=raw)
    assert strongest_genres(matrices)[17:25] == ["acid", "", "acid", "dub", "dub", "dub", "dub", ""]
    (row,) = (row for row in check(matrices, variants=["robust"]).retrieval if row.label == "genre, other artists")
    assert row.queries == 100
    assert row.recall > 2 * row.shuffled_recall
    assert row.map > 1.4 * row.shuffled_map


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_tracks_tell_nothing_and_break_nothing(count: int) -> None:
    report = check(build(make_rows(count)))
    assert report.ok
    assert report.retrieval == ()


def test_tracks_that_were_left_out_are_counted() -> None:
    assert check(build([*make_rows(20), make_row(99, vectors={})]), variants=[]).dropped == 1


def test_the_same_seed_finds_the_same() -> None:
    matrices = build(make_rows(60))
    assert check(matrices, seed=1) == check(matrices, seed=1)
    assert check(matrices, seed=1) != check(matrices, seed=2)


def test_the_report_is_plain_json() -> None:
    report = check(build(make_rows(20)))
    record = json.loads(json.dumps(check_record(report), allow_nan=False))
    assert record["ok"] is True
    assert record["tracks"] == 20
    assert record["findings"][0] == {"name": "shapes", "ok": True, "seen": report.findings[0].seen}
    assert set(record["retrieval"][0]) == {
        *("variant", "label", "queries", "map", "recall", "shuffled_map", "shuffled_recall")
    }


def bars(report: CheckReport) -> list[ElementTree.Element]:
    picture = ElementTree.fromstring(draw_check(report))
    names = ("map", "recall")
    return [part for part in picture.iter() if part.get("class") in names and part.get("height") != "10"]


def test_the_picture_has_two_bars_a_space_and_label() -> None:
    report = check(build(make_rows(60)))
    assert len(bars(report)) == 2 * len(report.retrieval) == 2 * 3 * len(VARIANTS)
    assert all(0 < float(bar.get("width", 0)) <= 720 for bar in bars(report))


def test_a_longer_bar_finds_more() -> None:
    report = check(build(make_rows(60)))
    widths = [float(bar.get("width", 0)) for bar in bars(report) if bar.get("class") == "map"]
    by_label = sorted(report.retrieval, key=lambda row: row.label)  # the order of their groups, too
    assert widths == pytest.approx([row.map * widths[0] / by_label[0].map for row in by_label], abs=0.02)


def test_a_picture_of_nothing_says_so() -> None:
    picture = draw_check(check(build([])))
    ElementTree.fromstring(picture)
    assert "no two tracks share an album or an artist" in picture


def test_a_picture_is_safe_whatever_its_names_are() -> None:
    report = check(build(make_rows(20)))
    odd = replace(report, retrieval=tuple(replace(row, variant='<x a="&">') for row in report.retrieval))
    ElementTree.fromstring(draw_check(odd))
