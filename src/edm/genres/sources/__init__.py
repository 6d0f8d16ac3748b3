"""The services that know genres, each behind its own wire format; they know no database and no settings."""
