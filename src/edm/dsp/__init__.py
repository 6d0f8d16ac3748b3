"""Arrays in, arrays out: no paths, no music theory."""
