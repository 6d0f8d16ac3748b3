"""The file of relations: what is written is read, what is damaged is told, what a person wrote wins."""

from __future__ import annotations

import multiprocessing
import os
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edm.errors import InputError
from edm.genres.relations import Limits, Relations, cooccurrence, relate
from edm.genres.similarity_file import read_overrides, read_similarity, with_overrides, write_similarity

BY_HAND = relate(
    cooccurrence([{"techno", "dub"}, {"techno", "dub"}, {"dub", "ambient"}, {"r&b", "techno"}]), Limits(1, 0.05, 20)
)
WRITTEN = """\
version: 1
groups: 4
limits:
  min_together: 1
  min_similarity: 0.05
  top_k: 20
genre_count: 4
pair_count: 3
genres:
  "ambient": 1
  "dub": 3
  "r&b": 1
  "techno": 3
similarity:
  "ambient":
    "dub": 0.3333
  "dub":
    "techno": 0.5000
  "r&b":
    "techno": 0.3333
"""
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)
ODD = [
    "no",
    "null",
    "~",
    "1999",
    "2-step",
    "- x",
    "a: b",
    "# x",
    "'n'",
    '"q"',
    "\\",
    "<<",
    "\x00b",
    "a\nb",
    "é",
    "ē",
    "舞曲",
    "🎛",
]


@st.composite
def relations(draw: st.DrawFn) -> Relations:
    names = sorted(draw(st.sets(NAMES | st.sampled_from(ODD), min_size=0, max_size=8)))
    groups = draw(st.integers(len(names), 10**6))
    counts = {name: draw(st.integers(1, groups)) for name in names}
    possible = [(a, b) for a in names for b in names if a < b]
    chosen = sorted(draw(st.sets(st.sampled_from(possible)))) if possible else []
    pairs = {pair: draw(st.integers(1, 10_000)) / 10_000 for pair in chosen}
    limits = Limits(draw(st.integers(1, 9)), draw(st.floats(0, 1)), draw(st.integers(1, 99)))
    return Relations(groups, counts, pairs, limits)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "genre_similarity.yaml"


def overrides(path: Path, text: str) -> dict[tuple[str, str], float]:
    path.write_text(text, encoding="utf-8")
    return read_overrides(path)


def write_many(path: Path, sizes: list[int]) -> None:
    for size in sizes:
        write_similarity(Relations(size, {f"genre {i}": 1 for i in range(size)}), path)


# --- Written and read


def test_a_file_by_hand(path: Path) -> None:
    write_similarity(BY_HAND, path)
    text = path.read_text(encoding="utf-8")
    head, body = text.split("version:", 1)
    assert all(line.startswith("#") for line in head.splitlines())
    assert "version:" + body == WRITTEN
    assert read_similarity(path) == BY_HAND


def test_the_file_is_yaml_that_others_read(path: Path) -> None:
    write_similarity(BY_HAND, path)
    document = yaml.safe_load(path.read_bytes())
    assert document["similarity"]["dub"] == {"techno": 0.5}
    assert document["genres"]["r&b"] == 1
    assert document["pair_count"] == 3


@given(relations())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read(path: Path, made: Relations) -> None:
    write_similarity(made, path)
    first = path.read_bytes()
    read = read_similarity(path)
    assert read == made
    assert list(read.pairs) == list(made.pairs)
    write_similarity(read, path)
    assert path.read_bytes() == first


def test_the_order_in_which_relations_were_made_changes_no_byte(path: Path) -> None:
    write_similarity(BY_HAND, path)
    first = path.read_bytes()
    turned = Relations(
        BY_HAND.groups, dict(reversed(BY_HAND.counts.items())), dict(reversed(BY_HAND.pairs.items())), BY_HAND.limits
    )
    write_similarity(turned, path)
    assert path.read_bytes() == first


def test_another_album_changes_the_lines_that_it_must(path: Path) -> None:
    albums = [{"techno", "dub"}] * 3 + [{"house", "disco"}] * 3
    write_similarity(relate(cooccurrence(albums)), path)
    before = path.read_text(encoding="utf-8").splitlines()
    write_similarity(relate(cooccurrence([*albums, {"disco"}])), path)
    after = path.read_text(encoding="utf-8").splitlines()
    changed = [(old.strip(), new.strip()) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [("groups: 6", "groups: 7"), ('"disco": 3', '"disco": 4'), ('"house": 1.0000', '"house": 0.7500')]


def test_pythons_own_yaml_reads_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_similarity(BY_HAND, path)
    monkeypatch.delattr(yaml, "CBaseLoader", raising=False)
    assert read_similarity(path) == BY_HAND


def test_a_file_that_says_the_same_is_left_as_it_is(path: Path) -> None:
    assert write_similarity(BY_HAND, path)
    before = path.stat()
    assert not write_similarity(BY_HAND, path)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert write_similarity(BY_HAND, path)
    assert "# changed" not in path.read_text(encoding="utf-8")


def test_a_folder_is_made_and_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "genre_similarity.yaml"
    write_similarity(BY_HAND, path)
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_written_leaves_what_was_there(path: Path) -> None:
    path.mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_similarity(BY_HAND, path)
    assert list(path.parent.iterdir()) == [path]


def test_who_reads_while_others_write_meets_a_whole_file(path: Path) -> None:
    write_many(path, [1])
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(path, [1, 900] * 20)) for _ in range(2)]
    for writer in writers:
        writer.start()
    sizes = {len(read_similarity(path).counts)}
    while any(writer.is_alive() for writer in writers):
        sizes.add(len(read_similarity(path).counts))
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    sizes.add(len(read_similarity(path).counts))
    assert sizes == {1, 900}
    assert list(path.parent.iterdir()) == [path]


def test_a_killed_writer_leaves_the_old_file_or_the_new_one(path: Path) -> None:
    write_many(path, [1])
    writer = multiprocessing.get_context("spawn").Process(target=write_many, args=(path, [900, 1] * 10_000))
    writer.start()
    while len(read_similarity(path).counts) == 1 and writer.exitcode is None:
        pass
    writer.kill()
    writer.join()
    assert len(read_similarity(path).counts) in (1, 900)


# --- Damage


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("version: 1", "version: 2", "version is 2, and this edm reads 1"),
        ("version: 1", "version: one", "version is 'one'"),
        ("version: 1\n", "", "lacks version"),
        ("groups: 4", "groups: -4", "groups is '-4'"),
        ("groups: 4", "groups: 4.5", "groups is '4.5'"),
        ("groups: 4", "groups: 2", "genres.dub is 3, but must lie in 1 to groups, 2"),
        ("groups: 4", "group: 4", "there is no key 'group'"),
        ("top_k: 20", "top_k: 0", "top_k is 0"),
        ("top_k: 20", "topk: 20", "limits has the keys"),
        ("min_similarity: 0.05", "min_similarity: low", "limits.min_similarity is 'low'"),
        ("genre_count: 4", "genre_count: 5", "genre_count is 5, but there are 4"),
        ("pair_count: 3", "pair_count: 2", "pair_count is 2, but there are 3"),
        ('"dub": 3', '"dub": many', "genres.dub is 'many'"),
        ('"dub": 3', '"dub": 3\n  "dub": 3', "genres.dub is there twice"),
        ('"techno": 0.5000', '"techno": 1.5', "similarity.dub.techno is '1.5'"),
        ('"techno": 0.5000', '"techno": -0.1', "similarity.dub.techno is '-0.1'"),
        ('"techno": 0.5000', '"techno": nan', "similarity.dub.techno is 'nan'"),
        ('"techno": 0.5000', '"techno":', "similarity.dub.techno is ''"),
        ('"techno": 0.5000', '"techno": never', "similarity.dub.techno is 0"),
        ('"techno": 0.5000', '"techno": [0.5]', "similarity.dub.techno has a list"),
        ('"techno": 0.5000', '"techno": {"a": 1}', "similarity.dub.techno has a list, a reference or keys"),
        ('"techno": 0.5000', '"dub": 0.5000', "similarity.dub.dub compares a genre with itself"),
        ('"techno": 0.5000', '"ambient": 0.5000', "is there twice, once the other way round"),
        ('"techno": 0.5000', '"tecno": 0.5000', "unknown genre 'tecno'"),
        ('"techno": 0.5000', '"techno" 0.5000', "no YAML"),
        ("\nsimilarity:", "\nx: 3\nsimilarity:", "there is no key 'x'"),
        ("limits:", "limits: &a\n  ? [a]\n  : b", "a key that is no text"),
    ],
)
def test_a_damaged_file_is_told_by_key_and_value(path: Path, old: str, new: str, words: str) -> None:
    assert old in WRITTEN
    path.write_text(WRITTEN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_similarity(path)
    assert words in caught.value.message
    assert str(path) in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("lines", range(len(WRITTEN.splitlines())))
def test_a_file_that_is_cut_short_is_told(path: Path, lines: int) -> None:
    path.write_text("\n".join(WRITTEN.splitlines()[:lines]), encoding="utf-8")
    with pytest.raises(InputError, match=r"lacks|is not whole|limits has"):
        read_similarity(path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "lacks version"),
        (b"- a\n- b\n", "has a list"),
        (b"text", "holds no keys"),
        (b"\xff\xfe", "not UTF-8"),
        (b"a: *nobody\n", "a has a list, a reference"),
        (b"a\x00b", "no YAML"),
        (b"similarity: &a\n  b: *a\n", "similarity.b has a list, a reference"),
        (b"version: 1\n---\nversion: 1\n", "more than one document"),
        (b"[" * 50_000, "has a list"),
        (b"a: " + b"{b: " * 50_000, "a.b.b has a list, a reference or keys"),
    ],
)
def test_a_foreign_file_is_told(path: Path, data: bytes, words: str) -> None:
    path.write_bytes(data)
    with pytest.raises(InputError, match=words):
        read_similarity(path)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_breaks_anything(path: Path, data: bytes) -> None:
    for content in (data, WRITTEN.encode() + data, WRITTEN.encode()[: -len(data) - 1] + data):
        path.write_bytes(content)
        for read in (read_similarity, read_overrides):
            with suppress(InputError):
                read(path)


def test_a_file_that_is_not_there_is_told(path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_similarity(path)


def test_a_file_that_is_too_large_is_not_read(path: Path) -> None:
    with path.open("wb") as stream:
        os.ftruncate(stream.fileno(), 33 * 2**20)
    with pytest.raises(InputError, match="larger than 32 MB"):
        read_similarity(path)


# --- A person's word


def test_overrides_by_hand(path: Path) -> None:
    found = overrides(
        path,
        """\
        similarity:
          techno:
            dub: 0.9          # either way round
            polka: never
          no: {1999: 1}       # two genres, and neither a truth nor a number
        """,
    )
    assert found == {("1999", "no"): 1.0, ("dub", "techno"): 0.9, ("polka", "techno"): 0.0}


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "version: 1\n", "similarity:\n# a: {b: 1}\n", "similarity: {}\n", "\ufeff"]
)
def test_overrides_that_say_nothing_override_nothing(path: Path, text: str) -> None:
    assert overrides(path, text) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("similarities: {}", "no key 'similarities'"),
        ("version: 7", "version is 7"),
        ("similarity: {a: {b: 0.1}, b: {a: 0.2}}", "other way round"),
        ("similarity: {a: {b: 0.1, b: 0.2}}", "similarity.a.b is there twice"),
        ("similarity: {a: {b: Never}}", "'Never', but must lie in 0 to 1 or be never"),
        ("similarity: {a: {b: }}", "similarity.a.b is ''"),
        ("similarity: {a: {'': 1}}", "without a name"),
        ("similarity: {a: b}", "similarity.a is 'b'"),
        ("similarity: [a, b]", "has a list"),
        ('similarity: {a: {"b\\nc": 2}}', r"similarity.a.'b\\nc' is '2'"),
    ],
)
def test_an_override_that_makes_no_sense_is_told(path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        overrides(path, text)


def test_a_slip_in_an_override_is_told_where_the_names_are_known(path: Path) -> None:
    assert overrides(path, "similarity: {tecno: {dub: 1}}") == {("dub", "tecno"): 1.0}
    with pytest.raises(InputError, match=r"similarity.tecno.dub has the unknown genre 'tecno'") as caught:
        read_overrides(path, {"techno", "dub"})
    assert caught.value.hint == "did you mean techno?"


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        (["  a:", "    b: 0.5", "    c: 2"], 4, "similarity.a.c is '2'"),
        (["  a: {b: 0.5}", "", "  b:", "    a: 0.5"], 5, "similarity.b.a is there twice, once"),
        (["  a:", "    b: 0.5", "    b: 0.5"], 4, "similarity.a.b is there twice"),
        (["  a: {b: 0.5}", "  # much", "  c: [a]"], 4, "similarity.c has a list"),
        (["  a: {b: 0.5}", "  tecno: {b: 0.5}"], 3, "similarity.tecno.b has the unknown genre 'tecno'"),
        (["  a: {b: 0.5}", "  b: 0.5"], 3, "similarity.b is '0.5'"),
        (["  a: {b: 0.5}", "similar: {}"], 3, "there is no key 'similar'"),
    ],
)
@pytest.mark.parametrize("fast", [True, False])
def test_what_makes_no_sense_is_told_with_its_line(
    path: Path, lines: list[str], line: int, words: str, *, fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not fast:
        monkeypatch.delattr(yaml, "CBaseLoader", raising=False)
    path.write_text("\n".join(["similarity:", *lines]), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_overrides(path, {"a", "b", "c"})
    assert caught.value.message.startswith(f"{path}, line {line}: {words}")


def test_a_persons_word_wins() -> None:
    found = with_overrides(
        BY_HAND, {("dub", "techno"): 0.0, ("ambient", "dub"): 0.9, ("ambient", "techno"): 0.4, ("dub", "polka"): 1.0}
    )
    assert list(found.pairs.items()) == [
        (("ambient", "dub"), 0.9),
        (("ambient", "techno"), 0.4),
        (("dub", "polka"), 1.0),
        (("r&b", "techno"), 0.3333),
    ]
    assert (found.groups, found.counts, found.limits) == (BY_HAND.groups, BY_HAND.counts, BY_HAND.limits)


def test_a_persons_word_counts_either_way_round() -> None:
    assert with_overrides(BY_HAND, {("techno", "dub"): 0.0}) == with_overrides(BY_HAND, {("dub", "techno"): 0.0})


@pytest.mark.parametrize(("pair", "value"), [(("a", "a"), 1.0), (("a", "b"), 1.1), (("a", "b"), float("nan"))])
def test_a_word_that_makes_no_sense_is_refused(pair: tuple[str, str], value: float) -> None:
    with pytest.raises(InputError, match=f"'{pair[1]}' cannot have similarity {value}"):
        with_overrides(BY_HAND, {pair: value})


@given(relations(), st.dictionaries(st.tuples(NAMES, NAMES).filter(lambda pair: pair[0] < pair[1]), st.floats(0, 1)))
def test_overriding_twice_changes_nothing_more(made: Relations, words: dict[tuple[str, str], float]) -> None:
    once = with_overrides(made, words)
    assert with_overrides(once, words) == once
    assert list(once.pairs) == sorted(once.pairs)
    assert all(once.pairs.get(pair, 0.0) == round(value, 4) for pair, value in words.items())
