"""Kernels turned into native code; the only module that imports numba.

Run as a program by `edm.dsp.warm`, it writes one object file a kernel and an index into a folder.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any

import numba

from edm.dsp.jit import ArrayKind, Inline, Kernel, Kind
from edm.dsp.native import INDEX_NAME, KERNEL_MODULES, NativeCode

__all__ = ["compile_all", "compiled_in_memory"]

_OPTIONS = {"fastmath": True, "error_model": "numpy", "boundscheck": False, "nogil": True}
# What is left is plain code: no memory of numba's, no way back into Python.
_BARE = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_NUMBERS = {"int": "int64", "float": "float32"}


def compile_all(folder: Path) -> None:
    """Write the code of all kernels into `folder`, then the index that makes it valid."""
    index: dict[str, NativeCode] = {}
    for module_name in KERNEL_MODULES:
        for kernel in vars(import_module(module_name)).values():
            if isinstance(kernel, Kernel):
                index[kernel.name] = _written(kernel, folder)
    (folder / INDEX_NAME).write_text(json.dumps(index, indent=1), encoding="utf-8")


def compiled_in_memory(kernel: Kernel) -> Callable[..., None]:
    """The kernel for this process alone."""
    compiled: Callable[..., None] = numba.njit(_signature(kernel.kinds), **_OPTIONS)(_with_inlines(kernel.function))
    return compiled


def _written(kernel: Kernel, folder: Path) -> NativeCode:
    dispatcher = numba.njit(_signature(kernel.kinds), **_OPTIONS, **_BARE)(_with_inlines(kernel.function))
    (compiled,) = dispatcher.overloads.values()
    _, kind, (code, _) = compiled.library.serialize_using_object_code()
    assert kind == "object", "numba keeps native code where it may cache it"
    file = f"{kernel.name}.o"
    (folder / file).write_bytes(code)
    return {
        "file": file,
        "symbol": compiled.fndesc.llvm_func_name,
        "sha256": hashlib.sha256(code).hexdigest(),
    }


def _with_inlines(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, seeing compiled versions of the inline functions of its module."""
    seen = {
        name: numba.njit(fastmath=True, error_model="numpy", inline="always")(value.function)
        if isinstance(value, Inline)
        else value
        for name, value in function.__globals__.items()
    }
    return FunctionType(function.__code__, seen, function.__name__)


def _signature(kinds: tuple[Kind, ...]) -> str:
    return f"void({', '.join(_type_name(kind) for kind in kinds)})"


def _type_name(kind: Kind) -> str:
    if isinstance(kind, ArrayKind):
        return f"{kind.dtype}[{':, ' * (kind.ndim - 1)}::1]"
    return _NUMBERS[kind]


if __name__ == "__main__":
    compile_all(Path(sys.argv[1]))
