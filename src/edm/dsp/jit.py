"""Inner loops: written in Python, compiled by numba once, run without it ever after.

Importing numba and starting its compiler takes longer than decoding a track, and a hundred megabytes. So a kernel is
compiled to native code in a child process (`edm.dsp.compile`), kept on disk, and later loaded by LLVM alone
(`edm.dsp.native`). Where that cannot be, for want of a writable cache, numba compiles it in this process.

A kernel takes C-contiguous arrays and numbers of the kinds below, writes its result into one of the arrays, allocates
nothing and raises nothing. Arithmetic may be reordered, so inputs must be finite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

__all__ = [
    "DOUBLES",
    "FLOAT",
    "FLOATS",
    "FLOATS_2D",
    "INT",
    "INTS",
    "SHORTS",
    "SHORTS_2D",
    "ArrayKind",
    "Inline",
    "Kernel",
    "Kind",
    "inline",
    "kernel",
]


@dataclass(frozen=True, slots=True)
class ArrayKind:
    """An array argument: dtype and number of dimensions, C-contiguous."""

    dtype: np.dtype[Any]
    ndim: int


NumberKind: TypeAlias = Literal["int", "float"]
Kind: TypeAlias = ArrayKind | NumberKind

INT: NumberKind = "int"
FLOAT: NumberKind = "float"
DOUBLES = ArrayKind(np.dtype(np.float64), 1)
FLOATS = ArrayKind(np.dtype(np.float32), 1)
FLOATS_2D = ArrayKind(np.dtype(np.float32), 2)
INTS = ArrayKind(np.dtype(np.int64), 1)
SHORTS = ArrayKind(np.dtype(np.int16), 1)
SHORTS_2D = ArrayKind(np.dtype(np.int16), 2)


@dataclass(frozen=True, slots=True)
class Inline:
    """A function that kernels may call; compiled into each of them."""

    function: Callable[..., Any]

    def __call__(self, *args: Any) -> Any:
        """Run it as Python, for tests."""
        return self.function(*args)


class Kernel:
    """A compiled function; call it like the Python function it was made from, by position."""

    def __init__(self, function: Callable[..., None], kinds: tuple[Kind, ...]) -> None:
        self.function = function
        self.kinds = kinds
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self._run: Callable[..., None] | None = None

    @property
    def name(self) -> str:
        """Module and name, with a dot."""
        return f"{self.function.__module__}.{self.function.__name__}"

    def __call__(self, *args: Any) -> None:
        """Run the compiled code.

        Raises
        ------
        TypeError
            If an argument is not of its kind; the compiled code would read the wrong memory.
        """
        if len(args) != len(self.kinds):
            raise TypeError(f"{self.name} takes {len(self.kinds)} arguments, not {len(args)}")
        for place, (arg, kind) in enumerate(zip(args, self.kinds, strict=True)):
            if isinstance(kind, ArrayKind) and not (
                isinstance(arg, np.ndarray)
                and arg.dtype == kind.dtype
                and arg.ndim == kind.ndim
                and arg.flags.c_contiguous
            ):
                raise TypeError(f"argument {place} of {self.name} must be a C-contiguous {kind.dtype} of {kind.ndim}-d")
        if self._run is None:
            self._run = self._loaded()
        self._run(*args)

    def _loaded(self) -> Callable[..., None]:
        from edm.dsp.native import load_kernel

        native = load_kernel(self.name, self.kinds)
        if native is not None:
            return native
        from edm.dsp.compile import compiled_in_memory

        return compiled_in_memory(self)


def kernel(*kinds: Kind) -> Callable[[Callable[..., None]], Kernel]:
    """Decorator: the function, compiled for arguments of these kinds."""

    def decorate(function: Callable[..., None]) -> Kernel:
        return Kernel(function, kinds)

    return decorate


def inline(function: Callable[..., Any]) -> Inline:
    """Decorator: a function for kernels of the same module to call."""
    return Inline(function)
