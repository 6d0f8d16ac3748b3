"""The records that travel between the rooms of the house.

Conventions: instants and spans are seconds (float) from the first decoded sample; tempo is beats per minute
(``bpm``); arrays are float64 for times, float32 for samples and spectra. All records are frozen; a record that holds
an array is not hashable and must not be changed in place.
"""

from edm.model.arrays import FloatArray, IntArray, TimeArray
from edm.model.layout import Drop, Energy, Key, Loudness, Mode, MusicKind, Section, SectionLabel, Structure
from edm.model.outcome import Failure, Result, Success
from edm.model.rhythm import BeatGrid, Beats, GridSegment, Stability, Tempo, TempoAlternative, Verdict
from edm.model.sound import Audio, Tags
from edm.model.track import AnalysisOptions, MetadataUse, TrackAnalysis

__all__ = [
    "AnalysisOptions",
    "Audio",
    "BeatGrid",
    "Beats",
    "Drop",
    "Energy",
    "Failure",
    "FloatArray",
    "GridSegment",
    "IntArray",
    "Key",
    "Loudness",
    "MetadataUse",
    "Mode",
    "MusicKind",
    "Result",
    "Section",
    "SectionLabel",
    "Stability",
    "Structure",
    "Success",
    "Tags",
    "Tempo",
    "TempoAlternative",
    "TimeArray",
    "TrackAnalysis",
    "Verdict",
]
