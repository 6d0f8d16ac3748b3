"""``edm doctor``: what this installation can do, and what stands in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from edm.cli import console

if TYPE_CHECKING:
    from edm.pipeline.doctor import Examination

__all__ = ["doctor"]


def doctor(as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False) -> None:
    """Show versions, detectors, networks, decoders, workers and caches, and what is wrong with them."""
    import dataclasses
    import json

    from edm.cli.running import worker_request
    from edm.config import load_settings
    from edm.pipeline.doctor import examine

    loaded = load_settings()
    settings = loaded.settings
    found = examine(
        detector=settings.analysis.detector,
        models_dir=settings.models.dir,
        workers=worker_request(settings),
        max_workers=settings.analysis.max_workers,
    )
    files = [str(path) for path in loaded.files]
    if as_json:
        text = json.dumps(dataclasses.asdict(found) | {"settings_files": files}, indent=2)
    else:
        text = "\n".join(_lines(found, files))
    stream = console.data_stream()
    stream.write(text + "\n")
    stream.flush()
    raise typer.Exit(1 if found.problems else 0)


def _lines(found: Examination, files: list[str]) -> list[str]:
    lines = _section("versions", {name: version or "not installed" for name, version in found.versions.items()})
    lines += _section("detectors", {name: reason or "ready" for name, reason in found.detectors.items()})
    lines += _section("", {"auto takes": found.chosen_detector or "nothing", "because": found.fallback})
    lines += _section("networks", found.networks)
    lines += _section("decoders", {name: version or "does not load" for name, version in found.decoders.items()})
    lines += _section("workers", _worker_sum(found.workers))
    lines += _section("kernels", found.kernels | {"bytes": f"{found.kernels['bytes'] / 1e6:.1f} MB"})
    lines += _section("places", {"cache": found.cache, "settings": ", ".join(files) or "no file; defaults"})
    lines += ["", *(f"problem: {console.one_line(problem)}" for problem in found.problems)]
    return lines if found.problems else [*lines, "no problems"]


def _section(title: str, entries: dict[str, Any]) -> list[str]:
    shown = [f"  {name:<18} {console.one_line(str(value))}" for name, value in entries.items() if value is not None]
    return ["", title, *shown][0 if title else 2 :]


def _worker_sum(plan: dict[str, Any]) -> dict[str, Any]:
    if "error" in plan:
        return plan
    limits = plan["limits"]
    gigabytes = {name: f"{plan[name] / 1e9:.1f} GB" for name in ("usable_memory", "need")}
    quota = "none" if limits["cpu_quota"] is None else f"{limits['cpu_quota']:g}"
    granted = f"affinity {limits['affinity'] or 'none'}, quota {quota}"
    return {
        "cores": f"{limits['cores']}, {granted}: {plan['usable_cores']} usable",
        "by cores": f"{plan['by_cores']} (usable cores less one, at least one)",
        "by memory": f"{plan['by_memory']} ({gigabytes['usable_memory']} / {gigabytes['need']} for each)",
        "asked for": plan["requested"],
        "cap": "none" if plan["cap"] is None else plan["cap"],
        "workers": plan["chosen"],
    }
