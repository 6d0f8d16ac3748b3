"""The shape of the house: layers, and a few habits that no linter knows."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "edm"
MODULES = sorted(SOURCE.rglob("*.py"))
MAX_LINES = 400
CATCH_ALL = {None, "Exception", "BaseException"}


def broken_contracts(package: Path) -> str:
    """What import-linter says of a copy of the package beside the project's contracts."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=package.parent, capture_output=True, text=True, timeout=120, check=False
    )
    return done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(SOURCE, tmp_path / "edm", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path / "edm"


def test_the_layers_hold(copy: Path) -> None:
    assert re.search(r"\b0 broken", broken_contracts(copy))


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("dsp/attacks.py", "from edm.analysis.octave import RATIOS", "A room knows the rooms below it"),
        ("analysis/bpm.py", "from edm.config import load_settings", "The domain knows no settings"),
        ("weights/locate.py", "import pebble", "no worker processes"),
        ("pipeline/summary.py", "from rich.table import Table", "talk to people"),
        ("audio/files.py", "import httpx", "Two modules go to the network"),
        ("analysis/octave.py", "import numba", "One module compiles, and one loads"),
        ("pipeline/records.py", "import sqlite3", "One room knows the database"),
    ],
)
def test_an_import_against_the_grain_is_found(copy: Path, module: str, line: str, contract: str) -> None:
    path = copy / module
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    said = broken_contracts(copy)
    assert re.search(rf"{contract}.* BROKEN", said), said


def test_a_new_room_must_be_given_its_place(copy: Path) -> None:
    (copy / "attic").mkdir()
    (copy / "attic" / "__init__.py").write_text('"""Things."""\n')
    assert "attic" in broken_contracts(copy)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_module_is_one_idea_and_says_what_it_offers(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= MAX_LINES
    assert ast.get_docstring(tree)
    is_program = path.name == "__main__.py"
    assigned = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    defines = any(isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_" for node in tree.body)
    assert is_program or not defines or "__all__" in assigned


def test_an_exception_of_any_kind_becomes_a_value_in_one_place() -> None:
    places = {
        path.relative_to(SOURCE).as_posix()
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and _names(node.type) & CATCH_ALL and not _raises_again(node)
    }
    assert places == {"processing/outcome.py"}


def _raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether it tidies up and swallows nothing."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _names(kind: ast.expr | None) -> set[str | None]:
    if kind is None:
        return {None}
    return {node.id for node in ast.walk(kind) if isinstance(node, ast.Name)}


def test_nothing_prints() -> None:
    calls = [
        f"{path.relative_to(SOURCE).as_posix()}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert calls == []


def test_kernels_that_are_compiled_ahead_are_all_of_them() -> None:
    from edm.dsp.native import KERNEL_MODULES

    with_kernels = {
        "edm." + ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        for path in MODULES
        if re.search(r"^@kernel\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert with_kernels == set(KERNEL_MODULES)


def test_the_pages_of_docs_are_all_listed() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.*")} - {"README.md"}
    assert {page for page in pages if page not in index} == set()
