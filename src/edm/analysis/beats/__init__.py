"""From sound to beats: detectors, grids, bars."""

from edm.analysis.beats.detectors import DETECTORS, choose_detector, load_detector

__all__ = ["DETECTORS", "choose_detector", "load_detector"]
