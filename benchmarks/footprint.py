"""What edm costs before and beside the work: start-up, modules, memory.

    python benchmarks/footprint.py TRACK [--rounds 7]

TRACK should last five minutes. Memory is the peak of a process that analyses it alone, as a worker does.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

MODULES = "import sys, edm; print([m for m in ('numpy', 'scipy', 'numba', 'librosa') if m in sys.modules])"
PEAK = """
import resource, sys
from pathlib import Path
from edm.analysis.track import analyze_track
analyze_track(Path(sys.argv[1]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak / (1024 if sys.platform != "darwin" else 1024 * 1024))
"""


def wall_s(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("track", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    edm = str(Path(sys.executable).with_name("edm"))
    for name, command in (
        ("edm --help", [edm, "--help"]),
        ("python -c 'import edm'", [sys.executable, "-c", "import edm"]),
        ("python -c pass", [sys.executable, "-c", "pass"]),
    ):
        print(f"{name}: {statistics.median(wall_s(command) for _ in range(arguments.rounds)):.3f} s")
    loaded = subprocess.run([sys.executable, "-c", MODULES], check=True, capture_output=True, text=True)
    print(f"heavy modules after `import edm`: {loaded.stdout.strip()}")
    peak = subprocess.run(
        [sys.executable, "-c", PEAK, str(arguments.track)], check=True, capture_output=True, text=True
    )
    print(f"peak memory of an analysis: {float(peak.stdout):.0f} MB")


if __name__ == "__main__":
    main()
