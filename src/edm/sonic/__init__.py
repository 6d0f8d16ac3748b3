"""One track's sound as numbers: what two tracks are compared by. It knows no database, no settings, no processes."""
