"""Rows in, matrices out: scaling, the file that holds them, and what says whether they are any good.

`edm.artifacts.rows` says what goes in, `edm.artifacts.matrices` builds, `edm.artifacts.npz` writes and reads,
`edm.artifacts.check` judges.
"""
