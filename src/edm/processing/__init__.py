"""Many items, one function, some workers: see `edm.processing.parallel`."""
