"""Compiled kernels, loaded from disk into this process by LLVM and called through ctypes.

The calling convention is that of numba's own functions, and tests run every kernel through it: a pointer for the
result, one for an error, then each array as parent pointers, length, item size, data, shape and strides.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import platform
from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypedDict

from edm.dsp.jit import ArrayKind, Kind
from edm.places import kernel_cache_dir

__all__ = ["INDEX_NAME", "KERNEL_MODULES", "NativeCode", "code_folder", "is_complete", "load_kernel"]

INDEX_NAME = "index.json"
KERNEL_MODULES = (
    "edm.dsp.kernels",
    "edm.dsp.loudness_kernel",
    "edm.analysis.beats.blstm_kernel",
    "edm.analysis.beats.path_kernel",
)
"""Modules that define kernels."""


class NativeCode(TypedDict):
    """Where the code of a kernel is: file in the folder, symbol in the file, and what the file must be."""

    file: str
    symbol: str
    sha256: str


def code_folder() -> Path:
    """Folder of the code that fits this computer, these sources and these versions, whether or not it exists."""
    return kernel_cache_dir() / _fingerprint()


def is_complete() -> bool:
    """Whether the code of all kernels is there and whole: a full disk or a power cut may have left less."""
    _index.cache_clear()
    index = _index()
    return index is not None and all(_code(entry) is not None for entry in index.values())


def load_kernel(name: str, kinds: tuple[Kind, ...]) -> Callable[..., None] | None:
    """The compiled kernel, or None where it has not been compiled or its file is damaged."""
    index = _index()
    if index is None or name not in index:
        return None
    entry = index[name]
    code = _code(entry)
    if code is None:
        return None
    return _callable(_address(code, entry["symbol"]), kinds)


def _callable(address: int, kinds: tuple[Kind, ...]) -> Callable[..., None]:
    types: list[Any] = [ctypes.c_void_p, ctypes.c_void_p]
    for kind in kinds:
        if isinstance(kind, ArrayKind):
            types += [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_ssize_t, ctypes.c_void_p]
            types += [ctypes.c_ssize_t] * (2 * kind.ndim)
        else:
            types.append(ctypes.c_float if kind == "float" else ctypes.c_int64)
    function = ctypes.CFUNCTYPE(ctypes.c_int32, *types)(address)
    are_arrays = [isinstance(kind, ArrayKind) for kind in kinds]

    def run(*args: Any) -> None:
        # Room for what a function of numba may say about a result or an error; kernels have neither.
        result, error = ctypes.c_void_p(), ctypes.c_void_p()
        flat: list[Any] = [ctypes.addressof(result), ctypes.addressof(error)]
        for arg, is_array in zip(args, are_arrays, strict=True):
            if is_array:
                data = arg.__array_interface__["data"][0]
                flat += (None, None, arg.size, arg.itemsize, data, *arg.shape, *arg.strides)
            else:
                flat.append(arg)
        status = function(*flat)
        assert status == 0, "kernels raise nothing"

    return run


def _address(code: bytes, symbol: str) -> int:
    import llvmlite.binding as llvm

    engine = _new_engine()
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _ENGINES.append(engine)
    return int(engine.get_function_address(symbol))


_ENGINES: list[Any] = []
"""They own the code, which must outlive every call."""


def _new_engine() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine()
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)


def _code(entry: NativeCode) -> bytes | None:
    try:
        code = (code_folder() / entry["file"]).read_bytes()
    except OSError:
        return None
    # LLVM takes a damaged file without a word, and the process with it.
    return code if hashlib.sha256(code).hexdigest() == entry["sha256"] else None


@lru_cache(maxsize=1)
def _index() -> dict[str, NativeCode] | None:
    try:
        index = json.loads((code_folder() / INDEX_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    complete = isinstance(index, dict) and all(
        isinstance(entry, dict) and set(entry) == {"file", "symbol", "sha256"} for entry in index.values()
    )
    return index if complete and index else None


@lru_cache(maxsize=1)
def _fingerprint() -> str:
    """Changes with whatever the compiled code depends on, the processor included."""
    import llvmlite.binding as llvm

    parts = [version("numba"), version("llvmlite"), platform.machine(), platform.system()]
    parts += [llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()]
    root = Path(__file__).parents[2]
    for name in (*KERNEL_MODULES, "edm.dsp.jit", "edm.dsp.compile"):
        parts.append(root.joinpath(*name.split(".")).with_suffix(".py").read_text(encoding="utf-8"))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
