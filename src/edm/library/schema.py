"""The tables, version by version; `edm.library.migrations` applies them.

What holds for all of them: instants are texts in ISO 8601, UTC; paths are written by `edm.library.paths`; vectors are
little-endian float32, beat times float64, positions int8. A stage's result is valid where ``stage_done`` holds the
track's present ``sample_hash`` (its identity) and the stage's present version.
"""

from __future__ import annotations

__all__ = ["VERSION_1", "VERSION_2", "VERSION_3"]

VERSION_1: tuple[str, ...] = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE roots (id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE)",
    # AUTOINCREMENT: the id of a deleted track is never given to another one. The vector stands last, so that a look
    # at the other columns does not read it.
    """CREATE TABLE tracks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        root_id INTEGER NOT NULL REFERENCES roots (id),
        path TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        sample_hash TEXT,
        audio_hash TEXT,
        duration_s REAL,
        status TEXT NOT NULL DEFAULT 'present' CHECK (status IN ('present', 'missing')),
        missing_since TEXT,
        duplicate_of INTEGER REFERENCES tracks (id) ON DELETE SET NULL CHECK (duplicate_of <> id),
        added_at TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        title TEXT,
        artist TEXT,
        album TEXT,
        album_artist TEXT,
        year INTEGER,
        tag_bpm REAL,
        tag_key TEXT,
        names_from TEXT NOT NULL DEFAULT 'tags' CHECK (names_from IN ('tags', 'file name')),
        musicbrainz TEXT NOT NULL DEFAULT '{}',
        bpm REAL,
        bpm_confidence REAL,
        tempo_stability TEXT,
        sonic_version TEXT,
        sonic_mode TEXT,
        sonic_features BLOB,
        UNIQUE (root_id, path)
    )""",
    "CREATE INDEX tracks_by_sample_hash ON tracks (sample_hash)",
    "CREATE INDEX tracks_by_original ON tracks (duplicate_of) WHERE duplicate_of IS NOT NULL",
    """CREATE TABLE track_genres (
        track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
        source TEXT NOT NULL,
        position INTEGER NOT NULL,
        genre TEXT NOT NULL,
        PRIMARY KEY (track_id, source, position)
    ) WITHOUT ROWID""",
    """CREATE TABLE analyses (
        track_id INTEGER PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE,
        identity TEXT NOT NULL,
        detector TEXT,
        detector_version TEXT,
        fallback TEXT,
        record TEXT NOT NULL,
        beats_s BLOB,
        positions BLOB
    )""",
    # The vector of the full track is tracks.sonic_features.
    """CREATE TABLE sonic_segments (
        track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
        segment TEXT NOT NULL CHECK (segment <> 'full'),
        start_s REAL NOT NULL,
        end_s REAL NOT NULL,
        vector BLOB NOT NULL,
        PRIMARY KEY (track_id, segment)
    )""",
    """CREATE TABLE stage_done (
        track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
        stage TEXT NOT NULL,
        version TEXT NOT NULL,
        identity TEXT NOT NULL,
        at TEXT NOT NULL,
        elapsed_s REAL,
        fell_back TEXT,
        PRIMARY KEY (track_id, stage)
    ) WITHOUT ROWID""",
    """CREATE TABLE failures (
        track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
        stage TEXT NOT NULL,
        version TEXT NOT NULL,
        identity TEXT NOT NULL,
        error_type TEXT NOT NULL,
        message TEXT NOT NULL,
        hint TEXT,
        attempts INTEGER NOT NULL,
        retry INTEGER NOT NULL DEFAULT 0,
        at TEXT NOT NULL,
        PRIMARY KEY (track_id, stage)
    ) WITHOUT ROWID""",
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        started_at TEXT NOT NULL,
        finished_at TEXT,
        command TEXT NOT NULL,
        pid INTEGER NOT NULL,
        host TEXT NOT NULL,
        outcome TEXT,
        report TEXT
    )""",
)

VERSION_2: tuple[str, ...] = (
    # Answers of services; AUTOINCREMENT: one that replaces another has a larger id. The body stands last.
    """CREATE TABLE genre_replies (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL,
        entity TEXT NOT NULL CHECK (entity IN ('artist', 'album', 'track')),
        question TEXT NOT NULL,
        name TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('found', 'none')),
        tags TEXT NOT NULL,
        at TEXT NOT NULL,
        expires_at TEXT,
        raw BLOB,
        UNIQUE (source, entity, question)
    )""",
    """CREATE TABLE genre_overrides (
        kind TEXT NOT NULL CHECK (kind IN ('set', 'fix')),
        entity TEXT NOT NULL CHECK (entity IN ('artist', 'album', 'track', 'tag')),
        key TEXT NOT NULL,
        subject TEXT NOT NULL,
        genres TEXT NOT NULL,
        at TEXT NOT NULL,
        said_by TEXT NOT NULL,
        PRIMARY KEY (kind, entity, key)
    ) WITHOUT ROWID""",
    """CREATE TABLE track_genre_weights (
        track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
        genre TEXT NOT NULL,
        weight REAL NOT NULL,
        sources TEXT NOT NULL,
        PRIMARY KEY (track_id, genre)
    ) WITHOUT ROWID""",
)

VERSION_3: tuple[str, ...] = (
    # Canonical ("A minor"); the notation is a matter of showing.
    "ALTER TABLE tracks ADD COLUMN key TEXT",
    "ALTER TABLE tracks ADD COLUMN key_confidence REAL",
    "ALTER TABLE tracks ADD COLUMN key_source TEXT",
    "ALTER TABLE tracks ADD COLUMN energy INTEGER",
    "ALTER TABLE tracks ADD COLUMN loudness_lufs REAL",
    "ALTER TABLE tracks ADD COLUMN structure_kind TEXT",
    "ALTER TABLE tracks ADD COLUMN structure_source TEXT",
    # 0 to 1, mean of the energy curve within the segment.
    "ALTER TABLE sonic_segments ADD COLUMN energy REAL",
)
