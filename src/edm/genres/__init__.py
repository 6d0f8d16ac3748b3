"""What listeners call an artist, an album or a track: tags in, canonical genres and their relations out."""
