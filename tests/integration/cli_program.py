"""The program as a person runs it: another process, its own caches, nothing of the developer's settings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

COMMAND = [sys.executable, "-m", "edm"]


def clean_environment(home: Path, extra: Mapping[str, str] | None = None, *, own_cache: bool = True) -> dict[str, str]:
    """Of this process, without settings, and with every place of the person below `home`.

    Without `own_cache` the person's caches stay in use: compiling the kernels anew for every test takes long.
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("EDM_", "NO_COLOR"))}
    environ |= {"XDG_CONFIG_HOME": str(home / "config"), "PYTHONUTF8": "1"}
    if own_cache:
        cache = str(home / "cache")
        environ |= {"HOME": str(home), "XDG_CACHE_HOME": cache, "LOCALAPPDATA": cache}
    # No test asks the services themselves.
    environ["EDM_GENRES__MUSICBRAINZ"] = "false"
    return environ | dict(extra or {})


def edm(
    *args: str | Path,
    home: Path,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | bytes | None = None,
    timeout_s: float = 120.0,
    command: Sequence[str] = COMMAND,
    own_cache: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [*command, *map(os.fspath, args)],
        cwd=folder or home,
        env=clean_environment(home, env, own_cache=own_cache),
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        timeout=timeout_s,
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")
    )
