"""Tags from MusicBrainz: by MBID where the file's tags have one, else by a search whose hits are looked at.

A search has to name the thing itself: a score of at least 90 and the same name, for an album the same artist too.
Hits carry their tags, so no second request is needed. Two artists of one name with the same score cannot be told
apart, and bring nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal

from edm.errors import InputError
from edm.genres.evidence import Entity, Reply
from edm.genres.sources.http import HttpAnswer, TryAgainError, user_agent
from edm.genres.sources.names import askable, name_key
from edm.genres.sources.replies import as_count, as_dict, as_dicts, as_mbid, as_str, none, raw_tags, reply
from edm.genres.sources.service import (
    PATIENCE,
    TIMES,
    Http,
    Json,
    Limiter,
    Patience,
    Service,
    Times,
    endpoint,
    read_object,
    try_again,
)

__all__ = ["MUSICBRAINZ_URL", "MusicBrainz", "lucene_phrase"]

MUSICBRAINZ_URL: Final = "https://musicbrainz.org/ws/2/"

_LEAST_SCORE = 90
_HITS = 5
_LUCENE = re.compile(r'([+\-&|!(){}\[\]^"~*?:\\/])')
# Albums rank before what shares their title with them.
_KINDS = ("Album", "EP", "Single")
_CONTACT_HINT = "[genres] contact holds a mail address or a page that says who asks"
_URL_HINT = "[genres] musicbrainz_url says where it is"


class MusicBrainz:
    """MusicBrainz in one run.

    Parameters
    ----------
    base_url
        With or without ``/ws/2/`` at its end.
    contact
        Mail address or page; they ask everybody for one.
    http, limiter
        How and when to ask.
    patience
        How much to take from it.
    on_message
        Called with a line about each wait.
    times
        Clocks and chance.

    Raises
    ------
    InputError
        If the contact is blank.
    """

    def __init__(
        self,
        base_url: str,
        contact: str,
        http: Http,
        limiter: Limiter,
        *,
        patience: Patience = PATIENCE,
        on_message: Callable[[str], None] = lambda message: None,
        times: Times = TIMES,
    ) -> None:
        if not contact.strip():
            raise InputError("MusicBrainz wants to know whom to write to, and there is no contact", hint=_CONTACT_HINT)
        self._url = endpoint(base_url, "/ws/2")
        self._headers = {"User-Agent": user_agent(contact)}
        self._service = Service("MusicBrainz", http, limiter, patience=patience, on_message=on_message, times=times)

    @property
    def is_stopped(self) -> bool:
        """Whether it is asked no more in this run."""
        return self._service.is_stopped

    def artist(self, name: str, mbid: str | None = None) -> Reply:
        """Tags of an artist, by `mbid` where it is given and known there, else by a search for the name.

        Returns
        -------
        Reply
            ``none`` for a blank name, an artist that is untagged, not there, or not to be told from another.

        Raises
        ------
        SourceError
            If there was no answer; SourceStoppedError, if there will be none in this run.
        """
        asked = askable(name)
        found = self._look_up("artist", "artist", asked, mbid)
        if found is not None or not asked:
            return found or none("musicbrainz", "artist", asked, None)

        def pick(hits: list[Json]) -> Json | None:
            same = [hit for hit in hits if name_key(as_str(hit.get("name"))) == name_key(asked)]
            best = max((as_count(hit.get("score")) for hit in same), default=0.0)
            leading = [hit for hit in same if as_count(hit.get("score")) == best]
            return leading[0] if len(leading) == 1 else None

        query = f"artist:{lucene_phrase(asked)}"
        return self._search("artist", "artist", "artists", asked, query, pick)

    def album(self, artist: str, title: str, mbid: str | None = None) -> Reply:
        """Tags of an album (a release group, whose MBID `mbid` is); the reply bears its title. Else as `artist`."""
        by, asked = askable(artist), askable(title)
        found = self._look_up("album", "release-group", asked, mbid)
        if found is not None or not (asked and by):
            return found or none("musicbrainz", "album", asked, None)

        def pick(hits: list[Json]) -> Json | None:
            same = [
                hit
                for hit in hits
                if name_key(as_str(hit.get("title"))) == name_key(asked) and name_key(by) in _credits(hit)
            ]
            # Whatever bears this title is by this artist: an album and its single are no strangers.
            return min(same, key=_kind_rank, default=None)

        query = f"releasegroup:{lucene_phrase(asked)} AND artist:{lucene_phrase(by)}"
        return self._search("album", "release-group", "release-groups", asked, query, pick)

    def _look_up(self, entity: Entity, resource: str, name: str, mbid: str | None) -> Reply | None:
        """None where there is no such MBID."""
        given = as_mbid(mbid)
        if given is None:
            return None

        def read(answer: HttpAnswer) -> Reply | None:
            body = self._body(answer, may_be_missing=True)
            if body is None:
                return None
            counts = {**_counts(body.get("genres")), **_counts(body.get("tags"))}
            return reply("musicbrainz", entity, name, raw_tags(counts.items()), answer.text)

        # The plus is meant as it stands; among parameters it would be escaped, and the server then wants a
        # resource called "tags+genres".
        url = f"{self._url}/{resource}/{given}?fmt=json&inc=tags+genres"
        return self._service.ask(url, {}, self._headers, read)

    def _search(
        self,
        entity: Entity,
        resource: str,
        listed: Literal["artists", "release-groups"],
        name: str,
        query: str,
        pick: Callable[[list[Json]], Json | None],
    ) -> Reply:
        def read(answer: HttpAnswer) -> Reply:
            body = self._body(answer, may_be_missing=False)
            if body is None or not isinstance(body.get(listed), list):
                raise try_again(self._service, answer, f"the answer (status {answer.status}) is not what was agreed")
            good = [hit for hit in as_dicts(body[listed]) if as_count(hit.get("score")) >= _LEAST_SCORE]
            hit = pick(good)
            if hit is None:
                return none("musicbrainz", entity, name, answer.text)
            return reply("musicbrainz", entity, name, raw_tags(_counts(hit.get("tags")).items()), answer.text)

        params = {"query": query, "fmt": "json", "limit": str(_HITS)}
        return self._service.ask(f"{self._url}/{resource}/", params, self._headers, read)

    def _body(self, answer: HttpAnswer, *, may_be_missing: bool) -> Json | None:
        """The answer's object; None where there is no such MBID."""
        service, status = self._service, answer.status
        if status in (408, 425, 429) or status >= 500:
            said = _error_in(answer) or "no reason given"
            too_fast = status == 429 or "rate limit" in said.lower()
            raise try_again(service, answer, f"it answers {status}: {said}", slower=too_fast)
        if status in (401, 403):
            reason = f"refuses us, and is left alone for this run: status {status}: {_error_in(answer)}"
            raise service.stop(reason, hint=_CONTACT_HINT)
        if status == 404 and not may_be_missing:
            raise service.stop(f"there is no search at {self._url}", hint=_URL_HINT)
        if status == 404:
            return None
        if status >= 400:
            said = _error_in(answer)
            if may_be_missing and "invalid mbid" in said.lower():
                return None
            raise service.refusal(f"refuses a question: status {status}: {said or 'no reason given'}")
        body = read_object(answer)
        if "error" not in body:
            return body
        said = as_str(body["error"])
        if may_be_missing and "not found" in said.lower():
            return None
        slower = "rate limit" in said.lower()
        raise try_again(service, answer, said or "an error without a word", slower=slower)


def lucene_phrase(text: str) -> str:
    """`text` as one phrase of Lucene's query language, with all that has a meaning there escaped."""
    return '"' + _LUCENE.sub(r"\\\1", text) + '"'


def _counts(tags: object) -> dict[str, float]:
    return {as_str(tag.get("name")): as_count(tag.get("count")) for tag in as_dicts(tags)}


def _credits(hit: Mapping[str, object]) -> set[str]:
    """Keys of the names that an album's artists go by together: as credited there, and as they are called."""
    credit = as_dicts(hit.get("artist-credit"))
    joins = [as_str(one.get("joinphrase")) for one in credit]
    shown = [as_str(one.get("name")) for one in credit]
    own = [as_str(as_dict(one.get("artist")).get("name")) for one in credit]
    whole = ("".join(part for pair in zip(names, joins, strict=True) for part in pair) for names in (shown, own))
    return {name_key(name) for name in whole} - {""}


def _kind_rank(hit: Mapping[str, object]) -> int:
    kind = as_str(hit.get("primary-type"))
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


def _error_in(answer: HttpAnswer) -> str:
    try:
        return as_str(read_object(answer).get("error"))
    except TryAgainError:
        return ""
