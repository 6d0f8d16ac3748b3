"""``edm models``: the published networks on this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from edm.cli import console, options
from edm.errors import ModelsCorruptError

if TYPE_CHECKING:
    from edm.weights.fetch import FetchProgress

__all__ = ["app"]

app = typer.Typer(name="models", help="The published networks: list, fetch, verify.", no_args_is_help=True)


@app.command("list")
def list_models() -> None:
    """Show where networks are looked for, and which are there."""
    from edm.config import load_settings
    from edm.weights.catalogue import ENSEMBLES, LICENCE, REPOSITORY
    from edm.weights.locate import candidate_stores

    stream = console.data_stream()
    for store in candidate_stores(load_settings().settings.models.dir):
        stream.write(f"{store.origin}: {store.folder}\n")
        for name, files in ENSEMBLES.items():
            there = len(files) - len(store.lacks(files))
            size = sum(network.size for network in files) / 1e6
            stream.write(f"  {name:<10} {there} of {len(files)} files ({size:.1f} MB)\n")
    console.say(f"the first complete folder is used; networks of {REPOSITORY}, {LICENCE}")


@app.command()
def verify() -> None:
    """Check the SHA-256 of the networks that are in use."""
    from edm.config import load_settings
    from edm.weights.locate import find_networks, verify

    store = find_networks(load_settings().settings.models.dir)
    states = verify(store)
    stream = console.data_stream()
    stream.writelines(f"{state:<8} {network.path}\n" for network, state in states)
    stream.flush()
    bad = [network for network, state in states if state != "ok"]
    if bad:
        raise ModelsCorruptError(
            f"{len(bad)} of {len(states)} files in {store.folder} are not the published ones",
            hint="`edm models fetch` replaces them"
            if store.origin != "madmom"
            else "`edm models fetch` gets good ones",
        )
    console.say(f"all {len(states)} files in {store.folder} are the published ones")


@app.command()
def fetch(
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="Another place to fetch from.")] = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
    dry_run: options.DryRun = False,
) -> None:
    """Download the networks (9 MB) into the cache, or into `[models] dir`; continues where it stopped."""
    from edm.config import load_settings
    from edm.weights.catalogue import LICENCE, NETWORKS
    from edm.weights.fetch import fetch_networks
    from edm.weights.locate import NetworkStore, cached_networks_dir, verify

    settings = load_settings({"models.url": ("--url", url)}).settings.models
    folder = settings.dir or cached_networks_dir()
    if dry_run:
        due = [network for network, state in verify(NetworkStore(folder, "cache")) if force or state != "ok"]
        size = sum(network.size for network in due) / 1e6
        console.say(f"dry run: would fetch {len(due)} of {len(NETWORKS)} files ({size:.1f} MB) to {folder}")
        return
    show = _Progress(quiet=quiet)
    with show:
        done = fetch_networks(
            folder, base_url=settings.url, force=force, on_progress=show.progress, on_message=show.message
        )
    fetched = sum(file.outcome == "fetched" for file in done)
    if not quiet:
        console.say(f"fetched {fetched} files, {len(done) - fetched} were there, in {folder}; {LICENCE}")


class _Progress:
    """A bar on a terminal, a line for each file elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        import sys

        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

        self._quiet = quiet
        self._file = ""
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), disable=quiet or not sys.stderr.isatty())
        self._task = self._bar.add_task("networks", total=None)

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()

    def progress(self, step: FetchProgress) -> None:
        """Bytes have come."""
        name = step.network.path.rpartition("/")[2]
        if self._bar.disable and step.network.path != self._file and not self._quiet:
            console.say(f"fetching {step.network.path} ({step.network.size / 1e6:.1f} MB)")
        self._file = step.network.path
        self._bar.update(self._task, description=name, total=step.all_bytes, completed=step.total_bytes)

    def message(self, text: str) -> None:
        """Something is worth a line."""
        if not self._quiet:
            console.say(text)
