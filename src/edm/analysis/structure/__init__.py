"""How a track is laid out: sections, drops, energy."""

from edm.analysis.structure.analyze import analyze_structure, structure_of

__all__ = ["analyze_structure", "structure_of"]
