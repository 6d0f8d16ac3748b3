"""Top tags from Last.fm.

Its HTTP status says little: errors are in the body, with a number. Tags have counts of 0..100 beside the top tag.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from edm.errors import InputError
from edm.genres.evidence import Entity, Reply
from edm.genres.sources.http import HttpAnswer
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

__all__ = ["LASTFM_URL", "LastFm"]

LASTFM_URL: Final = "https://ws.audioscrobbler.com/2.0/"

_OUR_BUG = frozenset({2, 3, 5})
_NOT_ALLOWED = frozenset({4, 9, 13, 14, 17})
_BAD_KEY = frozenset({10, 26})
_ABOUT_PARAMETERS = frozenset({6, 7})
_OFFLINE = 11
_TOO_FAST = 29
_KEY_HINT = "[genres] lastfm_api_key holds the key; a free one is to be had at https://www.last.fm/api/account/create"
_BUG_HINT = "this is a bug in edm; please report it"


class LastFm:
    """Last.fm in one run.

    Parameters
    ----------
    base_url
        With or without ``/2.0/`` at its end.
    api_key
        Never shown: not in an error, a line of the log, a repr.
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
        If the key is blank.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        http: Http,
        limiter: Limiter,
        *,
        patience: Patience = PATIENCE,
        on_message: Callable[[str], None] = lambda message: None,
        times: Times = TIMES,
    ) -> None:
        if not api_key.strip():
            raise InputError("Last.fm wants an API key, and there is none", hint=_KEY_HINT)
        self._key = api_key.strip()
        self._url = endpoint(base_url, "/2.0") + "/"
        self._service = Service(
            "Last.fm", http, limiter, secret=self._key, patience=patience, on_message=on_message, times=times
        )

    @property
    def is_stopped(self) -> bool:
        """Whether it is asked no more in this run."""
        return self._service.is_stopped

    def artist(self, name: str, mbid: str | None = None) -> Reply:
        """Tags of an artist, by `mbid` where it is given and known there, else by name.

        Returns
        -------
        Reply
            ``none`` for a blank name, an artist that is unknown or untagged, and where Last.fm speaks of another one.

        Raises
        ------
        SourceError
            If there was no answer; SourceStoppedError, if there will be none in this run.
        """
        asked = askable(name)
        given = as_mbid(mbid)
        if asked and given:
            # Its MBIDs are often stale; the name in the answer tells.
            found = self._ask("artist", {"artist": asked}, {"mbid": given})
            if found.outcome == "found":
                return found
        return self._ask("artist", {"artist": asked})

    def album(self, artist: str, album: str) -> Reply:
        """Tags of an album; the reply bears its title. Else as `artist`."""
        return self._ask("album", {"artist": askable(artist), "album": askable(album)})

    def track(self, artist: str, title: str) -> Reply:
        """Tags of a track; the reply bears its title. Else as `artist`."""
        return self._ask("track", {"artist": askable(artist), "track": askable(title)})

    def _ask(self, entity: Entity, names: Mapping[str, str], instead: Mapping[str, str] | None = None) -> Reply:
        """`names` by parameter, those of the entity last; `instead`: what to ask by in their place."""
        name = names[entity]
        if not all(names.values()):
            return none("lastfm", entity, name, None)
        params = {
            "method": f"{entity}.getTopTags",
            **(names if instead is None else instead),
            "autocorrect": "1",
            "api_key": self._key,
            "format": "json",
        }

        def read(answer: HttpAnswer) -> Reply:
            raw = self._service.without_secret(answer.text)
            toptags = self._toptags(answer)
            if toptags is None:
                return none("lastfm", entity, name, raw)
            spoken_of = as_dict(toptags.get("@attr"))
            if any(name_key(as_str(spoken_of.get(kind))) != name_key(said) for kind, said in names.items()):
                return none("lastfm", entity, name, raw)
            counts = [(as_str(tag.get("name")), as_count(tag.get("count"))) for tag in as_dicts(toptags.get("tag"))]
            return reply("lastfm", entity, name, raw_tags(counts), raw)

        return self._service.ask(self._url, params, {}, read)

    def _toptags(self, answer: HttpAnswer) -> Json | None:
        """What it says of the entity; None where it knows none such."""
        if answer.status == 429:
            raise try_again(self._service, answer, "too many requests", slower=True)
        if answer.status >= 500 and not answer.text.lstrip().startswith("{"):
            raise try_again(self._service, answer, f"it answers {answer.status}")
        body = read_object(answer)
        if "error" in body:
            self._raise_unless_unknown(answer, body)
            return None
        if not isinstance(body.get("toptags"), dict):
            raise try_again(self._service, answer, f"the answer (status {answer.status}) is not what was agreed")
        return as_dict(body["toptags"])

    def _raise_unless_unknown(self, answer: HttpAnswer, body: Json) -> None:
        """Return only where the error says that there is no such entity."""
        service = self._service
        code = int(as_count(body["error"]))
        message = as_str(body.get("message")) or "no reason given"
        said = f"error {code}: {message}"
        if code in _ABOUT_PARAMETERS:
            if "not found" in message.lower() or "not be found" in message.lower():
                return
            raise service.refusal(f"refuses a question: {said}", hint=_BUG_HINT)
        if code in _OUR_BUG:
            raise service.stop(f"does not understand us, and is left alone for this run: {said}", hint=_BUG_HINT)
        if code in _BAD_KEY or code in _NOT_ALLOWED:
            raise service.stop(f"refuses our key, and is left alone for this run: {said}", hint=_KEY_HINT)
        if code == _TOO_FAST:
            raise try_again(service, answer, said, slower=True)
        if code == _OFFLINE:
            raise try_again(service, answer, said, last_hope=True)
        # 8 and 16, and numbers that nobody has told us of.
        raise try_again(service, answer, said)
