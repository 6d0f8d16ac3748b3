"""The restricted reader: networks come in, and nothing in a file is ever run."""

from __future__ import annotations

import contextlib
import pickle
import pickletools
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edm.errors import ModelsCorruptError, ModelsError, ModelsMissingError
from edm.weights.catalogue import NETWORKS, ensemble_files
from edm.weights.locate import find_networks
from edm.weights.unpickle import Layer, read_network


def op_global(module: str, name: str) -> bytes:
    return b"c" + module.encode() + b"\n" + name.encode() + b"\n"


def op_call(module: str, name: str, *texts: str) -> bytes:
    """What a pickle says to call a function with texts."""
    marks = b"".join(b"V" + text.encode("raw_unicode_escape") + b"\n" for text in texts)
    return op_global(module, name) + b"(" + marks + b"tR"


def layer(name: str, state: bytes = b"") -> bytes:
    """An empty object of one of madmom's classes, perhaps with a state."""
    return op_global("madmom.ml.nn.layers", name) + b")\x81" + state


STOP = b"."
NETWORK = op_global("madmom.ml.nn", "NeuralNetwork") + b")\x81"

CALLS: list[tuple[str, str]] = [
    ("os", "system"),
    ("posix", "system"),
    ("nt", "system"),
    ("subprocess", "Popen"),
    ("builtins", "eval"),
    ("builtins", "exec"),
    ("builtins", "getattr"),
    ("builtins", "open"),
    ("builtins", "print"),
    ("__builtin__", "eval"),
    ("importlib", "import_module"),
    ("runpy", "_run_code"),
    ("pickle", "loads"),
    ("numpy", "load"),
    ("numpy", "fromfile"),
    ("numpy.testing._private.utils", "runstring"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "fromfile"),
    ("numpy.core.numeric", "_frombuffer"),
    ("madmom.ml.nn", "load"),
    ("madmom.ml.nn", "os.system"),
    ("madmom.ml.nn.layers", "np.load"),
    ("madmom.ml.nn.activations", "np"),
    ("madmom.utils", "search_path"),
    ("edm.weights.unpickle", "read_network"),
    ("edm.weights.unpickle", "Layer"),
    ("copyreg", "_reconstructor"),
    ("copy_reg", "_reconstructor"),
    ("functools", "partial"),
    ("operator", "attrgetter"),
    ("types", "FunctionType"),
]


@pytest.mark.parametrize(("module", "name"), CALLS)
def test_any_other_name_is_refused_and_named(tmp_path: Path, module: str, name: str) -> None:
    canary = tmp_path / "canary"
    path = tmp_path / "evil.pkl"
    path.write_bytes(op_call(module, name, f"touch {canary}") + STOP)
    with pytest.raises(ModelsCorruptError, match="not a network") as caught:
        read_network(path)
    assert f"{module}.{name}" in caught.value.message
    assert not canary.exists()


class _Touch:
    """An ordinary malicious pickle: `__reduce__` calls a function of Python itself."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, (f"open({str(self.canary)!r}, 'w').close()",))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("wrapped", ["alone", "in a list", "in a dict", "as a key's value in a tuple"])
def test_a_payload_is_never_run_whatever_the_protocol(tmp_path: Path, protocol: int, wrapped: str) -> None:
    canary = tmp_path / "canary"
    payload: Any = _Touch(canary)
    thing = {"alone": payload, "in a list": [1, payload], "in a dict": {"layers": payload}}.get(wrapped, ((payload,),))
    content = pickle.dumps(thing, protocol=protocol)
    path = tmp_path / "evil.pkl"
    path.write_bytes(content)
    with pytest.raises(ModelsCorruptError):
        read_network(path)
    assert not canary.exists()
    pickle.loads(content)
    assert canary.exists(), "the payload itself must work, or this test proves nothing"


def test_a_payload_inside_a_real_layer_is_not_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    payload = op_call("builtins", "exec", f"open({str(canary)!r}, 'w').close()")
    state = b"}(Vlayers\n]" + payload + b"asub"  # {"layers": [payload]}
    path = tmp_path / "evil.pkl"
    path.write_bytes(NETWORK + state + STOP)
    with pytest.raises(ModelsCorruptError, match=r"builtins\.exec"):
        read_network(path)
    assert not canary.exists()


def test_a_name_by_the_stack_is_refused_too(tmp_path: Path) -> None:
    # STACK_GLOBAL of protocol 4 takes module and name as strings.
    stack_global = b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R."
    assert any(op.name == "STACK_GLOBAL" for op, _, _ in pickletools.genops(stack_global))
    path = tmp_path / "evil.pkl"
    path.write_bytes(stack_global)
    with pytest.raises(ModelsCorruptError, match=r"os\.system"):
        read_network(path)


def test_a_dotted_name_does_not_reach_through_an_allowed_one(tmp_path: Path) -> None:
    path = tmp_path / "evil.pkl"
    for dotted in ("NeuralNetwork.__init__.__globals__", "NeuralNetwork.__class__"):
        path.write_bytes(b"\x80\x04\x8c\x0cmadmom.ml.nn\x8c" + bytes([len(dotted)]) + dotted.encode() + b"\x93.")
        with pytest.raises(ModelsCorruptError, match="it names"):
            read_network(path)


def test_registered_extensions_are_not_looked_up(tmp_path: Path) -> None:
    path = tmp_path / "evil.pkl"
    path.write_bytes(b"\x80\x02\x82\x01.")  # EXT1, code 1
    with pytest.raises(ModelsCorruptError):
        read_network(path)


def test_persistent_ids_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.pkl"
    path.write_bytes(b"Psomething\n.")
    with pytest.raises(ModelsCorruptError):
        read_network(path)


FORGED_POINTER = op_global("numpy", "ndarray") + b"((I1\nt" + op_call("numpy", "dtype", "O") + b"C\x08AAAAAAAAtR"
FORGED_DTYPE = (
    op_call("numpy", "dtype", "V8")
    + b"(I3\nV|\nN(Va\nt}Va\n("
    + op_call("numpy", "dtype", "O")
    + b"I0\ntsI8\nI1\nI0\ntb"
)
FORGED_STATE = (
    op_global("numpy.core.multiarray", "_reconstruct")
    + b"("
    + op_global("numpy", "ndarray")
    + b"(I0\ntC\x01btR(I1\n(I1\nt"
    + FORGED_DTYPE
    + b"I00\nC\x08AAAAAAAAtb"
)


@pytest.mark.parametrize("forged", [FORGED_POINTER, FORGED_STATE], ids=["by the constructor", "by the state"])
def test_bytes_of_a_file_never_become_pointers(tmp_path: Path, forged: bytes) -> None:
    # An array of objects made from bytes holds pointers of the attacker's choice; using it is a crash at best.
    path = tmp_path / "forged.pkl"
    path.write_bytes(forged + b"0" + NETWORK + STOP)
    program = (
        "import gc, sys; from pathlib import Path\n"
        "from edm.errors import ModelsCorruptError; from edm.weights.unpickle import read_network\n"
        "try: read_network(Path(sys.argv[1]))\n"
        "except ModelsCorruptError: print('refused')\n"
        "gc.collect()"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "refused")


def test_a_file_leaves_nothing_behind_for_the_next_one(tmp_path: Path) -> None:
    # BUILD on a class, rather than on an object, would set attributes of the class.
    path = tmp_path / "lasting.pkl"
    path.write_bytes(op_global("madmom.ml.nn", "NeuralNetwork") + b"(N}(Vlayers\nVevil\nutb0" + NETWORK + STOP)
    with contextlib.suppress(ModelsCorruptError):
        read_network(path)
    path.write_bytes(NETWORK + STOP)
    network = read_network(path)
    with pytest.raises(ModelsCorruptError, match="layers"):
        _ = network.layers


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b".",
        b"}",
        b"\x80",
        b"\x80\x05.",
        b"\x80\xff.",
        b"<html>404: Not Found</html>",
        b"version https://git-lfs.github.com/spec/v1\n",
        b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f",  # a frame of 8 exabytes
        b"\x80\x03B\xff\xff\xff\xff",  # bytes of 4 GB that are not there
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"(" * 1000,
        b"V\\ud800\\uZZZZ\n.",
        b"F1e999x\n.",
        b"I99q\n.",
        b"h\x07.",
        b"\x93.",
        b"R.",
        b"\x81.",
        b"b.",
        b"\x80\x02]q\x00(K\x01K\x02e\xff.",
    ],
    ids=lambda content: repr(content[:16]),
)
def test_what_is_no_pickle_is_corrupt(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.pkl"
    path.write_bytes(content)
    with pytest.raises(ModelsCorruptError, match=r"broken\.pkl") as caught:
        read_network(path)
    assert "\n" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("thing", [None, 3, "text", [], {}, np.arange(3.0)], ids=repr)
def test_a_pickle_of_something_else_is_no_network(tmp_path: Path, thing: object) -> None:
    path = tmp_path / "other.pkl"
    path.write_bytes(pickle.dumps(thing, protocol=2))
    with pytest.raises(ModelsCorruptError, match=r"other\.pkl"):
        read_network(path)


def test_a_layer_alone_is_no_network(tmp_path: Path) -> None:
    path = tmp_path / "layer.pkl"
    path.write_bytes(layer("LSTMLayer") + STOP)
    with pytest.raises(ModelsCorruptError, match="no neural network"):
        read_network(path)


def test_a_class_in_place_of_an_object_is_no_network(tmp_path: Path) -> None:
    path = tmp_path / "class.pkl"
    path.write_bytes(op_global("madmom.ml.nn", "NeuralNetwork") + STOP)
    with pytest.raises(ModelsCorruptError, match="no neural network"):
        read_network(path)


def test_a_layer_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "empty_network.pkl"
    path.write_bytes(NETWORK + STOP)
    network = read_network(path)
    assert isinstance(network, Layer)
    assert network.kind == "NeuralNetwork"
    with pytest.raises(ModelsCorruptError, match="NeuralNetwork of a network has no 'layers'"):
        _ = network.layers


def test_random_bytes_are_corrupt(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    path = tmp_path / "random.pkl"
    for _ in range(300):
        path.write_bytes(rng.bytes(int(rng.integers(1, 400))))
        with pytest.raises(ModelsCorruptError):
            read_network(path)


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelsMissingError, match=r"nowhere\.pkl"):
        read_network(tmp_path / "nowhere.pkl")


def test_a_folder_in_place_of_a_file_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(ModelsError):
        read_network(tmp_path)


@pytest.mark.weights
@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.path)
def test_published_networks_are_read(network: Any) -> None:
    store = find_networks(ensembles=("downbeats", "beats", "key"))
    found = read_network(store.path(network))
    assert found.kind == "NeuralNetwork"
    assert all(isinstance(part, Layer) for part in found.layers)


@pytest.mark.weights
def test_weights_of_a_published_network_are_plain_float_arrays() -> None:
    (first, *_) = ensemble_files(("downbeats",))
    network = read_network(find_networks().path(first))
    assert [part.kind for part in network.layers] == ["BidirectionalLayer"] * 3 + ["FeedForwardLayer"]
    gate = network.layers[0].fwd_layer.input_gate
    assert type(gate.weights) is np.ndarray
    assert (gate.weights.dtype, gate.weights.shape) == (np.float32, (314, 25))
    assert network.layers[3].activation_fn == "softmax"


@pytest.fixture(scope="module")
def published() -> bytes:
    (first, *_) = ensemble_files(("downbeats",))
    return find_networks().path(first).read_bytes()


@pytest.mark.weights
@pytest.mark.parametrize("share", [0.0001, 0.01, 0.5, 0.999, 0.99999])
def test_a_truncated_network_is_corrupt(tmp_path: Path, published: bytes, share: float) -> None:
    path = tmp_path / "cut.pkl"
    path.write_bytes(published[: int(share * len(published))])
    with pytest.raises(ModelsCorruptError, match=r"cut\.pkl"):
        read_network(path)


@pytest.mark.weights
def test_a_damaged_network_is_read_or_corrupt_and_nothing_else(tmp_path: Path, published: bytes) -> None:
    # Bytes of weights may change unseen here (checksums are another's task); structure must not crash us.
    rng = np.random.default_rng(1)
    path = tmp_path / "damaged.pkl"
    for _ in range(150):
        spoilt = bytearray(published)
        for place in rng.integers(0, min(3000, len(spoilt)), 3):
            spoilt[place] = int(rng.integers(0, 256))
        path.write_bytes(spoilt)
        try:
            assert read_network(path).kind == "NeuralNetwork"
        except ModelsCorruptError as error:
            assert "damaged.pkl" in error.message  # noqa: PT017
