"""Fetching, against a real server that misbehaves."""

from __future__ import annotations

import hashlib
import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edm.errors import DownloadError
from edm.weights.catalogue import NetworkFile
from edm.weights.fetch import FetchProgress, fetch_networks
from fault_server import FaultServer, serving

NAME = "some/net.pkl"
CONTENT = random.Random(1).randbytes(200_000)
NETWORK = NetworkFile(NAME, len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with serving({NAME: CONTENT}) as running:
        yield running


class Fetch:
    """One way to call it: no pauses, messages and progress kept."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.messages: list[str] = []
        self.progress: list[FetchProgress] = []
        self.pauses: list[float] = []

    def __call__(self, *, force: bool = False, timeout_s: float = 5.0, networks: tuple[NetworkFile, ...] = (NETWORK,)):
        return fetch_networks(
            self.folder,
            base_url=self.url,
            networks=networks,
            force=force,
            on_progress=self.progress.append,
            on_message=self.messages.append,
            timeout_s=timeout_s,
            sleep=self.pauses.append,
        )

    @property
    def target(self) -> Path:
        return self.folder / NAME

    @property
    def part(self) -> Path:
        return self.folder / (NAME + ".part")

    def leftovers(self) -> list[str]:
        return [path.name for path in self.folder.rglob("*.part*")]


@pytest.fixture
def fetch(tmp_path: Path, server: FaultServer) -> Fetch:
    return Fetch(tmp_path / "models", server.url)


def test_a_file_arrives_whole(fetch: Fetch) -> None:
    assert [done.outcome for done in fetch()] == ["fetched"]
    assert fetch.target.read_bytes() == CONTENT
    assert fetch.leftovers() == []
    assert fetch.progress[-1] == FetchProgress(NETWORK, len(CONTENT), len(CONTENT), len(CONTENT))


def test_a_file_that_is_there_is_not_asked_for(fetch: Fetch, server: FaultServer) -> None:
    fetch()
    assert [done.outcome for done in fetch()] == ["present"]
    assert len(server.requests) == 1


def test_force_fetches_what_is_there(fetch: Fetch, server: FaultServer) -> None:
    fetch()
    assert [done.outcome for done in fetch(force=True)] == ["fetched"]
    assert len(server.requests) == 2


def test_a_corrupt_file_is_replaced(fetch: Fetch) -> None:
    fetch.target.parent.mkdir(parents=True)
    fetch.target.write_bytes(b"x" * len(CONTENT))
    fetch()
    assert fetch.target.read_bytes() == CONTENT


def test_cut_connections_are_continued_where_they_broke(fetch: Fetch, server: FaultServer) -> None:
    # More often than a line that brings nothing would be forgiven.
    server.faults[NAME].extend(["cut:25000"] * 7)
    fetch()
    assert fetch.target.read_bytes() == CONTENT
    assert server.ranges(NAME) == [None, *(f"bytes={place}-" for place in range(25_000, 200_000, 25_000))]
    assert {condition for _, _, condition in server.requests[1:]} == {server.etag(NAME)}
    assert "the connection broke" in fetch.messages[0]


def test_an_earlier_part_is_continued(fetch: Fetch, server: FaultServer) -> None:
    fetch.part.parent.mkdir(parents=True)
    fetch.part.write_bytes(CONTENT[:70_000])
    fetch()
    assert fetch.target.read_bytes() == CONTENT
    assert server.ranges(NAME) == ["bytes=70000-"]


def test_a_complete_part_is_only_checked(fetch: Fetch, server: FaultServer) -> None:
    fetch.part.parent.mkdir(parents=True)
    fetch.part.write_bytes(CONTENT)
    fetch()
    assert fetch.target.read_bytes() == CONTENT
    assert server.requests == []


def test_a_part_of_another_version_is_dropped_through_its_etag(fetch: Fetch, server: FaultServer) -> None:
    fetch.part.parent.mkdir(parents=True)
    fetch.part.write_bytes(b"old" * 1000)
    fetch.part.with_name(fetch.part.name + ".etag").write_text('"an older one"')
    fetch()
    assert fetch.target.read_bytes() == CONTENT
    assert server.requests == [(NAME, "bytes=3000-", '"an older one"')]


def test_a_patchwork_without_etag_is_found_out_and_fetched_anew(fetch: Fetch, server: FaultServer) -> None:
    server.with_etag = False
    fetch.part.parent.mkdir(parents=True)
    fetch.part.write_bytes(b"old" * 1000)
    fetch()
    assert fetch.target.read_bytes() == CONTENT
    assert server.ranges(NAME) == ["bytes=3000-", None]


def test_a_server_that_ignores_ranges_is_read_from_the_start(fetch: Fetch, server: FaultServer) -> None:
    server.faults[NAME].extend(["cut:50000", "ignore-range"])
    fetch()
    assert fetch.target.read_bytes() == CONTENT


def test_a_server_that_sends_another_place_is_asked_anew(fetch: Fetch, server: FaultServer) -> None:
    server.faults[NAME].extend(["cut:50000", "shifted-range"])
    fetch()
    assert fetch.target.read_bytes() == CONTENT
    assert server.ranges(NAME) == [None, "bytes=50000-", None]


def test_a_range_that_cannot_be_satisfied_starts_anew(fetch: Fetch, server: FaultServer) -> None:
    server.faults[NAME].extend(["cut:50000", "status:416"])
    fetch()
    assert fetch.target.read_bytes() == CONTENT
    assert server.ranges(NAME) == [None, "bytes=50000-", None]


def test_one_wrong_checksum_is_forgiven(fetch: Fetch, server: FaultServer) -> None:
    server.faults[NAME].append("corrupt")
    fetch()
    assert fetch.target.read_bytes() == CONTENT
    assert "wrong checksum" in fetch.messages[0]


@pytest.mark.parametrize("fault", ["corrupt", "endless"])
def test_wrong_content_is_never_installed(fetch: Fetch, server: FaultServer, fault: str) -> None:
    server.faults[NAME].extend([fault, fault])
    with pytest.raises(DownloadError, match="not the published network"):
        fetch()
    assert not fetch.target.exists()
    assert fetch.leftovers() == []
    assert len(server.requests) == 2


def test_wrong_content_does_not_replace_what_is_there(fetch: Fetch, server: FaultServer) -> None:
    fetch()
    server.faults[NAME].extend(["corrupt", "corrupt"])
    with pytest.raises(DownloadError):
        fetch(force=True)
    assert fetch.target.read_bytes() == CONTENT


def test_an_overloaded_server_is_asked_again(fetch: Fetch, server: FaultServer) -> None:
    server.faults[NAME].extend(["status:503", "status:429"])
    fetch()
    assert fetch.target.read_bytes() == CONTENT
    assert len(fetch.pauses) == 2
    assert "503" in fetch.messages[0]


def test_a_server_that_stays_overloaded_is_given_up(fetch: Fetch, server: FaultServer) -> None:
    server.faults[NAME].extend(["status:503"] * 20)
    with pytest.raises(DownloadError, match="503"):
        fetch()
    assert len(server.requests) == 4


def test_a_missing_file_is_not_asked_for_twice(fetch: Fetch, server: FaultServer) -> None:
    server.files.clear()
    with pytest.raises(DownloadError, match="404") as caught:
        fetch()
    assert "[models] url" in (caught.value.hint or "")
    assert len(server.requests) == 1


def test_a_silent_server_is_left_and_asked_again(fetch: Fetch, server: FaultServer) -> None:
    server.faults[NAME].append("silent:1.0")
    fetch(timeout_s=0.2)
    assert fetch.target.read_bytes() == CONTENT
    assert "silent" in fetch.messages[0]


def test_a_slow_server_is_waited_for(fetch: Fetch, server: FaultServer) -> None:
    server.faults[NAME].append("slow:0.02")
    fetch(timeout_s=0.5)
    assert fetch.target.read_bytes() == CONTENT
    assert len({step.file_bytes for step in fetch.progress}) > 5


def test_offline_is_one_line_with_a_hint(fetch: Fetch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        fetch.url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        with pytest.raises(DownloadError, match="no connection") as caught:
            fetch()
    assert "\n" not in caught.value.message
    assert "connection" in (caught.value.hint or "")


def test_what_was_fetched_before_a_failure_stays(fetch: Fetch, server: FaultServer) -> None:
    absent = NetworkFile("other.pkl", 5, "0" * 64)
    with pytest.raises(DownloadError, match=r"other\.pkl"):
        fetch(networks=(NETWORK, absent))
    assert fetch.target.read_bytes() == CONTENT


def test_two_at_once_ask_only_once(fetch: Fetch, server: FaultServer) -> None:
    server.faults[NAME].append("slow:0.02")
    other = Fetch(fetch.folder, server.url)
    threads = [threading.Thread(target=fetch), threading.Thread(target=other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetch.target.read_bytes() == CONTENT
    assert len(server.requests) == 1
    assert "waiting" in (fetch.messages + other.messages)[0]


def test_a_folder_that_cannot_be_made_is_an_error_that_names_it(fetch: Fetch) -> None:
    fetch.folder.parent.mkdir(parents=True, exist_ok=True)
    fetch.folder.write_text("a file in the way")
    with pytest.raises(DownloadError, match="models"):
        fetch()


def test_the_licence_stands_beside_the_networks(fetch: Fetch) -> None:
    fetch()
    assert "CC BY-NC-SA 4.0" in (fetch.folder / "NOTICE.txt").read_text()
