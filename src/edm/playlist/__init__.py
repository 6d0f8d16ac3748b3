"""What to play next: matrices and seeds in, an order of tracks with reasons out."""
