"""Services for genres, as the settings have them."""

from __future__ import annotations

from dataclasses import fields

from edm.genres.sources import LASTFM_URL, MUSICBRAINZ_URL
from edm.pipeline.genre_request import GenreSources, genre_sources
from edm.pipeline.genre_services import open_services
from edm.settings import GenresSettings


def test_by_default_musicbrainz_is_asked_where_it_is() -> None:
    sources = genre_sources(GenresSettings())
    assert (sources.lastfm_url, sources.musicbrainz_url) == (LASTFM_URL, MUSICBRAINZ_URL)
    assert (sources.lastfm_api_key, sources.musicbrainz, sources.none_expires_days) == ("", True, 30.0)
    assert (sources.lastfm_per_s, sources.musicbrainz_per_s, sources.found_expires_days) == (None, None, None)


def test_every_setting_is_passed_on() -> None:
    values = {
        "lastfm_api_key": " key ",
        "lastfm_url": "http://a",
        "musicbrainz": False,
        "musicbrainz_url": "http://b",
        "contact": "me@example.org",
        "none_expires_days": 1.0,
        "found_expires_days": 2.0,
        "lastfm_per_s": 3.0,
        "musicbrainz_per_s": 0.5,
    }
    assert set(values) == {one.name for one in fields(GenreSources)} == set(GenresSettings.model_fields)
    assert genre_sources(GenresSettings.model_validate(values)) == GenreSources(**{**values, "lastfm_api_key": "key"})


def test_the_key_is_in_no_text_of_a_request() -> None:
    assert "abcdef" not in repr(GenreSources(lastfm_api_key="abcdef"))


def test_only_what_is_wanted_is_opened_and_ends_at_once() -> None:
    for sources, names in [
        (GenreSources(), ()),
        (GenreSources(lastfm_api_key="key"), ("lastfm",)),
        (GenreSources(musicbrainz=True), ("musicbrainz",)),
        (GenreSources(lastfm_api_key="key", musicbrainz=True), ("lastfm", "musicbrainz")),
    ]:
        with open_services(sources) as services:
            assert services.names == names
            assert set(services.requests.values()) <= {0}
        assert services.let_go() == []
