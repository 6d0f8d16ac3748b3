"""Pictures of a batch: every track is counted once."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.model.keys import KEYS, format_key
from edm.pictures.overview import bpm_histogram, histogram_svg, key_wheel_svg

CODES = [format_key(key, "camelot") for key in KEYS]


@given(st.lists(st.floats(20, 400), min_size=1, max_size=300))
def test_every_tempo_is_in_one_bin(tempos: list[float]) -> None:
    histogram = bpm_histogram(tempos)
    assert histogram is not None
    assert histogram.below + sum(histogram.counts) + histogram.above == len(tempos)
    assert len(histogram.counts) == len(histogram.edges) - 1
    assert 6 <= len(histogram.counts) <= 24
    assert len({b - a for a, b in zip(histogram.edges, histogram.edges[1:], strict=False)}) == 1
    for place, (low, high) in enumerate(zip(histogram.edges, histogram.edges[1:], strict=False)):
        assert histogram.counts[place] == sum(low <= tempo < high for tempo in tempos)


def test_what_lies_far_out_is_in_the_open_bins() -> None:
    histogram = bpm_histogram([128.0] * 200 + [40.0, 300.0])
    assert histogram is not None
    assert (histogram.below, histogram.above) == (1, 1)
    assert histogram.edges[0] > 100


def test_no_tempo_is_no_histogram() -> None:
    assert bpm_histogram([]) is None


@given(st.lists(st.floats(20, 400), min_size=1, max_size=100))
def test_a_histogram_is_well_formed_and_says_its_counts(tempos: list[float]) -> None:
    histogram = bpm_histogram(tempos)
    assert histogram is not None
    picks = [node for node in ET.fromstring(histogram_svg(histogram)).iter() if node.get("class") == "pick"]
    counts = [int(node.findtext("text") or 0) for node in picks]
    assert sum(counts) == len(tempos)
    assert all(node.get("aria-label") for node in picks)


@given(st.lists(st.sampled_from(CODES), max_size=60))
def test_the_wheel_has_all_keys_and_counts_those_there_are(codes: list[str]) -> None:
    wheel = ET.fromstring(key_wheel_svg(codes))
    counts = {
        node.get("data-key"): node.findall("text")[1].text for node in wheel.iter() if node.get("class") == "pick"
    }
    assert counts == {code: str(count) for code, count in Counter(codes).items()}
    assert len([node for node in wheel.iter() if node.get("class") == "segment"]) == 24


@pytest.mark.parametrize(("notation", "name"), [("standard", "Am"), ("camelot", "8A"), ("openkey", "1m")])
def test_the_wheel_is_written_in_the_notation_of_the_page(notation: str, name: str) -> None:
    wheel = ET.fromstring(key_wheel_svg(["8A"], key_notation=notation))  # type: ignore[arg-type]
    chosen = next(node for node in wheel.iter() if node.get("data-key") == "8A")
    assert chosen.findtext("text") == name
