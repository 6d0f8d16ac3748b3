"""The library: one SQLite database that remembers every track and what was found out about it; the only SQL here.

`open_library` gives a `Library`; the modules beside it are one group of tables each, and their functions take the
library first: ``roots``, ``tracks``, ``stages``, ``failures``, ``results``, ``runs``, ``stats``.
"""

from edm.library.store import Library, backup, check, open_library

__all__ = ["Library", "backup", "check", "open_library"]
