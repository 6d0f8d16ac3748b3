"""One track in, estimates out: pure functions of the sound."""
