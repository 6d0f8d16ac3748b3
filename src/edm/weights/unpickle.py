"""Published madmom networks, read without running anything from them.

A pickle can name any callable in the interpreter and call it. The networks need very little of that: madmom's layer
classes, two activation functions as values, and numpy's array constructor. `read_network` hands out exactly these and
refuses every other name, so that a network file from anywhere is data and never a program. madmom itself is not imported.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np

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


class Layer:
    """One object of a network: attributes as in the file, ``kind`` is the name of madmom's class."""

    kind = "Layer"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ModelsCorruptError(f"{self.kind} of a network has no {name!r}")


_LAYER_TYPES = {name: type(name, (Layer,), {"kind": name}) for name in sorted(_LAYER_NAMES)}


class _NetworkUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module in _LAYER_MODULES and name in _LAYER_NAMES:
            return _LAYER_TYPES[name]
        if module == _ACTIVATIONS_MODULE and name in _ACTIVATION_NAMES:
            return name
        if (module, name) == ("numpy", "ndarray"):
            return np.ndarray
        if (module, name) == ("numpy", "dtype"):
            return np.dtype
        if module in {"numpy.core.multiarray", "numpy._core.multiarray"} and name == "_reconstruct":
            return _reconstruct_array
        raise pickle.UnpicklingError(f"it names {module}.{name}")


def _reconstruct_array(kind: type, shape: tuple[int, ...], typecode: bytes | str) -> np.ndarray[Any, Any]:
    # numpy's own takes any subtype and calls it; ours makes the empty array that the state then fills.
    if kind is not np.ndarray or tuple(shape) != (0,):
        raise pickle.UnpicklingError("it builds an array in an unknown way")
    return np.empty(0, dtype=np.int8)


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
        If there is no such file.
    ModelsCorruptError
        If it is no pickle, or names anything but layers and arrays; nothing of it has been run then.
    """
    try:
        with path.open("rb") as handle:
            network = _NetworkUnpickler(handle, encoding="latin1").load()
    except FileNotFoundError as exc:
        raise ModelsMissingError(f"no network at {path}", hint="edm models fetch") from exc
    except ModelsCorruptError:
        raise
    # A damaged pickle stream can raise nearly anything while it is rebuilt.
    except (pickle.UnpicklingError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError) as exc:
        reason = str(exc).splitlines()[0] if str(exc) else type(exc).__name__
        raise ModelsCorruptError(f"{path} is not a network: {reason}", hint="edm models fetch --force") from exc
    except (MemoryError, OverflowError, ImportError, UnicodeDecodeError) as exc:
        raise ModelsCorruptError(f"{path} is not a network: {exc!r}", hint="edm models fetch --force") from exc
    if not isinstance(network, Layer) or network.kind != "NeuralNetwork":
        raise ModelsCorruptError(f"{path} holds no neural network", hint="edm models fetch --force")
    return network
