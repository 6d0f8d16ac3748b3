"""What others wrote of tracks, read: tables, JSON, Rekordbox, JAMS, folders of small files, tags."""

from edm.evaluation.readers.formats import FORMATS, TAGS, Format, read_annotations

__all__ = ["FORMATS", "TAGS", "Format", "read_annotations"]
