"""Pictures of tracks: what was found out about them, as SVG and as one self-contained page."""
