"""Matrices as one file that any numpy reads: an uncompressed ``.npz`` without pickled objects.

Members are those of `MEMBERS`; text is Unicode of fixed width, and texts that are cut in it stand in full in
``exact_text`` (JSON). The data of every member begin at a multiple of 64 bytes, so that they can be mapped into memory
where they lie. A file is written beside its place and then takes it: who reads meets the old one or the new one. The
same matrices give the same bytes.

Offers `write_matrices`, `read_matrices` and `is_current`.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from edm.artifacts.matrices import Matrices
from edm.artifacts.members import MEMBERS, ROWS, SCHEMA_VERSION, from_members, plain_json, to_members
from edm.artifacts.scaling import SCALING_VERSION
from edm.atomic import written_whole
from edm.errors import ArtifactError

__all__ = ["is_current", "read_matrices", "write_matrices"]

_ALIGNMENT = 64
# Of a local header: its fixed part, and what zipfile adds to a member that may pass 4 GB.
_HEADER_BYTES, _ZIP64_BYTES = 30, 20
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LOCAL_MAGIC = b"PK\x03\x04"
# The registered extra field for padding: its number, the size that follows, and the alignment.
_PADDING = struct.Struct("<HHH")
_PADDING_ID = 0xD935
_EPOCH = (1980, 1, 1, 0, 0, 0)
_REBUILD = "edm artifacts --force builds it anew"


def write_matrices(matrices: Matrices, path: Path) -> None:
    """Write a file in place of what is at `path`; its folder is made where there is none.

    Raises
    ------
    ArtifactError
        If it cannot be written; what was there is then untouched.
    """
    try:
        with written_whole(path) as stream:
            _write_members(stream, to_members(matrices))
    except OSError as exc:
        raise ArtifactError(f"{path} cannot be written: {(exc.strerror or str(exc)).lower()}") from exc


def read_matrices(path: Path, *, mmap: bool = False) -> Matrices:
    """The matrices in a file.

    Parameters
    ----------
    mmap
        Leave numbers and text on disk, read-only, until they are looked at. They stay those of this file, also when
        another takes its place.

    Raises
    ------
    ArtifactError
        If there is no such file, or it is damaged, foreign, or of a version that this edm does not read.
    """
    with _opened(path) as (stream, archive):
        _check_version(path, stream, archive)
        members = {name: _read_member(stream, archive, name, mmap=mmap and name in ROWS) for name in MEMBERS}
        return from_members(members, path)


def is_current(path: Path, fingerprint: str, settings: Mapping[str, Any]) -> bool:
    """Whether a file holds what a build with these would give; reads a few hundred bytes.

    False also where there is no file, or one that is damaged or of another version.
    """
    try:
        with _opened(path) as (stream, archive):
            _check_version(path, stream, archive)
            version, mark, how = (
                str(_read_member(stream, archive, name, mmap=False)[()])
                for name in ("scaling_version", "fingerprint", "settings")
            )
    except ArtifactError:
        return False
    return version == str(SCALING_VERSION) and mark == fingerprint and how == plain_json(settings)


def _write_members(stream: IO[bytes], members: Mapping[str, NDArray[Any]]) -> None:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, array in members.items():
            entry = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            fixed = stream.tell() + _HEADER_BYTES + len(entry.filename) + _ZIP64_BYTES + _PADDING.size
            padding = -fixed % _ALIGNMENT
            entry.extra = _PADDING.pack(_PADDING_ID, 2 + padding, _ALIGNMENT) + bytes(padding)
            with archive.open(entry, "w", force_zip64=True) as member:
                npy.write_array(member, np.ascontiguousarray(array).reshape(array.shape), allow_pickle=False)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], zipfile.ZipFile]]:
    """The file, twice; whatever is wrong with it is an `ArtifactError`."""
    try:
        with path.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            yield stream, archive
    except FileNotFoundError as exc:
        raise ArtifactError(f"there is no {path}", hint="edm artifacts makes it") from exc
    except OSError as exc:
        raise ArtifactError(f"{path} cannot be read: {(exc.strerror or str(exc)).lower()}") from exc
    # zipfile's and numpy's words for a damaged file, and for a foreign one.
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, NotImplementedError, RuntimeError, struct.error) as exc:
        reason = str(exc).splitlines()[0] if str(exc) else type(exc).__name__
        raise ArtifactError(f"{path} holds no matrices of edm: {reason}", hint=_REBUILD) from exc


def _check_version(path: Path, stream: IO[bytes], archive: zipfile.ZipFile) -> None:
    present = set(archive.namelist())
    if "schema_version.npy" not in present:
        raise ArtifactError(f"{path} holds no matrices of edm: it has no schema_version", hint=_REBUILD)
    version = _read_member(stream, archive, "schema_version", mmap=False)
    if version.shape or version.dtype.kind not in "iu":
        raise ArtifactError(f"{path} holds no matrices of edm: its schema_version is no number", hint=_REBUILD)
    if int(version) > SCHEMA_VERSION:
        raise ArtifactError(
            f"{path} was written by a newer edm (schema {int(version)}, this one reads {SCHEMA_VERSION})",
            hint="update edm, or build the file anew with edm artifacts --force",
        )
    if int(version) < SCHEMA_VERSION:
        raise ArtifactError(
            f"{path} was built by an older edm (schema {int(version)}, this one reads {SCHEMA_VERSION})",
            hint="run edm artifacts",
        )
    missing = [name for name in MEMBERS if f"{name}.npy" not in present]
    if missing:
        raise ArtifactError(f"{path} is not whole: it lacks {', '.join(missing)}", hint=_REBUILD)


def _read_member(stream: IO[bytes], archive: zipfile.ZipFile, name: str, *, mmap: bool) -> NDArray[Any]:
    """One array; mapped where it can be.

    Raises
    ------
    ValueError
        If it holds objects, or is not as long as it says.
    """
    entry = archive.getinfo(f"{name}.npy")
    with archive.open(entry) as member:
        shape, fortran, dtype = _array_header(member)
        head = member.tell()
        promised = int(np.prod([int(part) for part in shape], dtype=object)) * dtype.itemsize
        if dtype.hasobject or head + promised != entry.file_size:
            raise ValueError(f"{name} is not the array that it says")
        if not mmap or entry.compress_type != zipfile.ZIP_STORED or not promised:
            data = np.frombuffer(bytearray(member.read()), dtype=dtype)
            return data.reshape(shape, order="F" if fortran else "C")
    stream.seek(entry.header_offset)
    magic, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
    if magic != _LOCAL_MAGIC:
        raise ValueError(f"{name} is not where it should be")
    offset = entry.header_offset + _LOCAL_HEADER.size + name_bytes + extra_bytes + head
    return np.memmap(stream, dtype=dtype, mode="r", offset=offset, shape=shape, order="F" if fortran else "C")


def _array_header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(member)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"arrays of format {version} are not read")
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = read(member)
    return shape, fortran, dtype
