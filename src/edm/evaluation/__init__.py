"""Estimates beside references: what is right, by how much the rest is wrong, and how sure that is.

`edm.evaluation.readers` reads what others wrote, `edm.evaluation.matching` brings it together with tracks,
`edm.evaluation.tempo` and `edm.evaluation.beats` score one track, `edm.evaluation.summary` many.
"""
