"""The published networks: which files, where they are, how to fetch and read them."""
