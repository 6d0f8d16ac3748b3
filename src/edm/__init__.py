"""Exact tempo and beat grids of real music."""
