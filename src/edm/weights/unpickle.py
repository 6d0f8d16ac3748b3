"""Published madmom networks, read without running anything from them.

A pickle can name any callable in the interpreter and call it. The networks need very little of that: madmom's layer
classes, the names of its activation functions, and arrays of numbers. `read_network` hands out stand-ins of its own for
exactly these, made anew for each file, and refuses every other name: numpy's own array and dtype classes, which a file
can be forged to turn into stray pointers, never meet the file. madmom itself is not imported.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edm.errors import ModelsCorruptError, ModelsMissingError

__all__ = ["Layer", "read_network"]

_LAYER_MODULES = frozenset({"madmom.ml.nn", "madmom.ml.nn.layers"})
_LAYER_NAMES = frozenset(
    {
        "NeuralNetwork",
        "BidirectionalLayer",
        "LSTMLayer",
        "Gate",
        "Cell",
        "FeedForwardLayer",
        # of the key network
        "ConvolutionalLayer",
        "BatchNormLayer",
        "MaxPoolLayer",
        "AverageLayer",
        "PadLayer",
    }
)
_ACTIVATIONS_MODULE = "madmom.ml.nn.activations"
_ACTIVATION_NAMES = frozenset({"sigmoid", "tanh", "softmax", "linear", "elu", "relu"})
_NUMBER_TYPES = frozenset({"f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"})
_BYTE_ORDERS = frozenset({"<", ">", "=", "|"})
_ARRAY_STATE = 5  # version, shape, dtype, Fortran order, bytes
_REPAIR_HINT = "`edm models fetch --force` replaces it"


class Layer:
    """One object of a network: attributes as in the file, ``kind`` is the name of madmom's class."""

    kind = "Layer"

    def __setstate__(self, state: Any) -> None:
        """Take over attributes, arrays in their final form."""
        if type(state) is not dict or not all(type(name) is str for name in state):
            raise pickle.UnpicklingError(f"the state of a {self.kind} is no dictionary of names")
        self.__dict__.update({name: _plain(value) for name, value in state.items()})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ModelsCorruptError(f"{self.kind} of a network has no {name!r}", hint=_REPAIR_HINT)


class _NumberType:
    """Stands for numpy's dtype."""

    def __init__(self, name: Any) -> None:
        if type(name) is not str or name not in _NUMBER_TYPES:
            raise pickle.UnpicklingError(f"it holds an array of {name!r}")
        self.name = name
        self.order = "="

    def __setstate__(self, state: Any) -> None:
        order = state[1] if type(state) is tuple and len(state) > 1 else None
        if order not in _BYTE_ORDERS:
            raise pickle.UnpicklingError("it holds numbers in an unknown byte order")
        self.order = order


class _Array:
    """Stands for numpy's array until its numbers are there."""

    def __init__(self) -> None:
        self.values: NDArray[Any] = np.zeros(0, dtype=np.float32)

    def __setstate__(self, state: Any) -> None:
        if type(state) is not tuple or len(state) != _ARRAY_STATE:
            raise pickle.UnpicklingError("it holds an array in an unknown form")
        _, shape, number_type, is_fortran, data = state
        if type(number_type) is not _NumberType or type(shape) is not tuple:
            raise pickle.UnpicklingError("it holds an array in an unknown form")
        if not all(type(length) is int and length >= 0 for length in shape):
            raise pickle.UnpicklingError(f"it holds an array of shape {shape!r}")
        raw = data.encode("latin1") if type(data) is str else data
        dtype = np.dtype(number_type.order.replace("|", "=") + number_type.name)
        if type(raw) is not bytes or prod(shape) * dtype.itemsize != len(raw):
            raise pickle.UnpicklingError("it holds an array that is longer or shorter than it says")
        flat = np.frombuffer(raw, dtype=dtype).astype(dtype.newbyteorder("="))
        self.values = flat.reshape(shape, order="F" if is_fortran else "C")


class _NetworkUnpickler(pickle.Unpickler):
    """Hands out stand-ins; what a file does to them is gone with it."""

    def __init__(self, file: Any) -> None:
        super().__init__(file, encoding="latin1")
        self._layers = {name: type(name, (Layer,), {"kind": name}) for name in _LAYER_NAMES}
        self._array_marker = object()

    def find_class(self, module: str, name: str) -> Any:
        if module in _LAYER_MODULES and name in _LAYER_NAMES:
            return self._layers[name]
        if module == _ACTIVATIONS_MODULE and name in _ACTIVATION_NAMES:
            return name
        if (module, name) == ("numpy", "ndarray"):
            return self._array_marker
        if (module, name) == ("numpy", "dtype"):
            return _number_type
        if module in {"numpy.core.multiarray", "numpy._core.multiarray"} and name == "_reconstruct":
            return self._array_maker()
        raise pickle.UnpicklingError(f"it names {module}.{name}")

    def _array_maker(self) -> Callable[..., _Array]:
        marker = self._array_marker

        def make(kind: Any, shape: Any, typecode: Any) -> _Array:
            if kind is not marker or shape != (0,):
                raise pickle.UnpicklingError("it builds an array in an unknown way")
            return _Array()

        return make


def _number_type(name: Any, *flags: Any) -> _NumberType:
    return _NumberType(name)


def _plain(value: Any) -> Any:
    """The value with arrays in place of their stand-ins, inside lists and tuples too."""
    if type(value) is _Array:
        return value.values
    if type(value) in (list, tuple):
        return type(value)(_plain(part) for part in value)
    return value


def read_network(path: Path) -> Any:
    """Layers of one network file.

    Parameters
    ----------
    path
        A pickle from madmom's model repository.

    Returns
    -------
    Layer
        The ``NeuralNetwork``; its ``layers`` hold further `Layer` objects and numpy arrays.

    Raises
    ------
    ModelsMissingError
        If there is no such file, or it cannot be read.
    ModelsCorruptError
        If it is no pickle, or names anything but layers and arrays; nothing of it has been run then.
    """
    try:
        with path.open("rb") as handle:
            network = _NetworkUnpickler(handle).load()
    except OSError as exc:
        reason = exc.strerror or type(exc).__name__
        raise ModelsMissingError(f"no network at {path}: {reason}", hint="edm models fetch") from exc
    # A damaged stream can raise nearly anything while it is rebuilt; all of it is the file's fault.
    except (
        pickle.UnpicklingError,
        ArithmeticError,
        AttributeError,
        EOFError,
        ImportError,
        LookupError,
        MemoryError,
        RecursionError,
        TypeError,
        ValueError,
    ) as exc:
        reason = str(exc).splitlines()[0] if str(exc) else type(exc).__name__
        raise ModelsCorruptError(f"{path} is not a network: {reason}", hint=_REPAIR_HINT) from exc
    if not isinstance(network, Layer) or network.kind != "NeuralNetwork":
        raise ModelsCorruptError(f"{path} holds no neural network", hint=_REPAIR_HINT)
    return network
