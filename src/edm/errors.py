"""Everything that `edm` raises on purpose.

::

    EdmError                    something went wrong that a person can act on
    ├── InputError              an argument, a path or an option makes no sense
    ├── SettingsError           edm.toml, an EDM_* variable or their values
    ├── AudioError              one file, named by its path
    │   ├── DecodeError         the decoder refused it, or read less than it promises
    │   └── EmptyAudioError     it decodes, to nothing
    ├── ModelsError             the published networks
    │   ├── ModelsMissingError  nowhere to be found
    │   ├── ModelsCorruptError  found, but not what they should be
    │   └── DownloadError       could not be fetched
    ├── LibraryError            the library's database
    │   └── LibraryBusyError    another process writes to it
    ├── ArtifactError           a file of matrices, or what is to become one
    ├── SourceError             a service that is asked for genres
    │   └── SourceStoppedError  will not be asked again in this run
    └── WorkerError             a worker process
        ├── WorkerLostError     died (killed, crashed) with an item in hand
        └── WorkerTimeoutError  ran past its time

    Interrupted                 (a KeyboardInterrupt) a run ended by SIGINT or SIGTERM; what was done is kept

Every message is one line; ``hint`` says what to do about it, where we know.
"""

from __future__ import annotations

import signal
from pathlib import Path

__all__ = [
    "ArtifactError",
    "AudioError",
    "DecodeError",
    "DownloadError",
    "EdmError",
    "EmptyAudioError",
    "InputError",
    "Interrupted",
    "LibraryBusyError",
    "LibraryError",
    "ModelsCorruptError",
    "ModelsError",
    "ModelsMissingError",
    "SettingsError",
    "SourceError",
    "SourceStoppedError",
    "WorkerError",
    "WorkerLostError",
    "WorkerTimeoutError",
]


class EdmError(Exception):
    """Root of all errors of this package.

    Parameters
    ----------
    message
        One line: what was wrong, and the value.
    hint
        What to do about it, or None.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword arguments do not survive the default pickling of exceptions.
        return (_rebuild, (type(self), self.message, dict(self.__dict__)))


def _rebuild(kind: type[EdmError], message: str, state: dict[str, object]) -> EdmError:
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.__dict__.update(state)
    return error


class InputError(EdmError):
    """An argument, a path or an option makes no sense."""


class SettingsError(EdmError):
    """A settings file, an environment variable or a value in them is wrong."""


class AudioError(EdmError):
    """One file cannot be used; ``path`` names it, ``reason`` says why in a few words."""

    def __init__(self, path: Path | str, reason: str, *, hint: str | None = None) -> None:
        super().__init__(f"{path}: {reason}", hint=hint)
        self.path = Path(path)
        self.reason = reason


class DecodeError(AudioError):
    """No decoder takes the file, or it ends before its header says."""


class EmptyAudioError(AudioError):
    """The file decodes, but holds no samples."""


class ModelsError(EdmError):
    """The published networks cannot be used."""


class ModelsMissingError(ModelsError):
    """The networks are in none of the places where we look."""


class ModelsCorruptError(ModelsError):
    """A network file is not what it should be."""


class DownloadError(ModelsError):
    """A network file could not be fetched."""


class LibraryError(EdmError):
    """The library's database cannot be used."""


class LibraryBusyError(LibraryError):
    """Another process writes to the library."""


class ArtifactError(EdmError):
    """Matrices cannot be built, written or read."""


class SourceError(EdmError):
    """A service gave no answer that could be used.

    Attributes
    ----------
    source
        The service, by its own name.
    temporary
        Whether asking for the same again, later, may help.
    """

    def __init__(self, source: str, reason: str, *, hint: str | None = None, temporary: bool = True) -> None:
        super().__init__(f"{source}: {reason}", hint=hint)
        self.source = source
        self.temporary = temporary


class SourceStoppedError(SourceError):
    """A service refuses us or is dying: it is asked no more in this run."""


class WorkerError(EdmError):
    """A worker process failed, rather than the work in it."""


class WorkerLostError(WorkerError):
    """A worker died with an item in hand."""


class WorkerTimeoutError(WorkerError):
    """A worker ran past the time that an item may take."""


class Interrupted(KeyboardInterrupt):
    """A run was ended by a signal, after it had handed out everything that was done.

    Not an `EdmError`: like every KeyboardInterrupt it passes through ``except Exception``.

    Attributes
    ----------
    signum
        ``signal.SIGINT`` or ``signal.SIGTERM``.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum

    @property
    def exit_code(self) -> int:
        """What a shell expects: 130 after SIGINT, 143 after SIGTERM."""
        return 128 + self.signum

    def __str__(self) -> str:
        return f"ended by {signal.Signals(self.signum).name}"
