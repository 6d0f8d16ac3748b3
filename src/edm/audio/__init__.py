"""Files become samples and tags."""
