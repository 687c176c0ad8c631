from pathlib import Path

import numpy as np
import pytest

from app.search.text.postings import Fields, TextIndex, TextMatches, Weighted

EXACT, STEM, SYNONYM, PREFIX, SLIP = 12, 9, 8, 6, 3
NAME, LABELS, PROVIDER, VENUE, SUMMARY, DESCRIPTION = 12, 6, 5, 4, 4, 1


def fields(**texts: str) -> Fields:
    return Fields(**{name: texts.get(name, "") for name in Fields._fields})


def find(q: str, *rows: Fields, dead: tuple[int, ...] = ()) -> TextMatches | None:
    """What a query finds, with half of the rows in the base and the others in the tail."""
    index = TextIndex.build(map(Weighted.of, rows[: len(rows) // 2])).extended(
        map(Weighted.of, rows[len(rows) // 2 :])
    )
    return index.search(q, ~np.isin(np.arange(len(rows)), dead))


def scores(q: str, *rows: Fields, dead: tuple[int, ...] = ()) -> dict[int, int]:
    found = find(q, *rows, dead=dead)
    assert found is not None
    return dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True))


def matched(q: str, *rows: Fields) -> str:
    found = find(q, *rows)
    assert found is not None
    return found.matched


@pytest.mark.parametrize(
    ("field", "weight"),
    [
        ("name", NAME),
        ("labels", LABELS),
        ("provider", PROVIDER),
        ("venue", VENUE),
        ("summary", SUMMARY),
        ("description", DESCRIPTION),
    ],
)
def test_a_word_counts_by_the_field_it_stands_in(field: str, weight: int) -> None:
    row = fields(**{field: "Come to Colchester"})
    assert scores("colchester", fields(), row) == {1: weight * EXACT}


@pytest.mark.parametrize(
    ("q", "name", "score"),
    [
        ("knitting", "Knitting", EXACT),
        ("gardens", "Gardening", STEM),
        ("gardening", "Allotment", SYNONYM),
        ("colch", "Colchester", PREFIX),
        ("colchestre", "Colchester", SLIP),
        ("CAFÉ", "Cafe", EXACT),
        ("knittin\N{COMBINING ACUTE ACCENT}g", "Knitting", EXACT),
    ],
)
def test_a_word_counts_by_how_it_is_found(q: str, name: str, score: int) -> None:
    assert scores(q, fields(name=name)) == {0: score * NAME}


def test_the_best_of_field_and_kind_counts_and_no_sum() -> None:
    row = fields(name="Colchesters", labels="Colchester", description="Colchester colch")
    assert scores("colchester", row) == {0: NAME * STEM}
    assert scores("colch", row) == {0: NAME * PREFIX}


def test_the_words_of_a_query_add_up() -> None:
    rows = [fields(name="Knitting", venue="Colchester"), fields(name="Knitting")]
    assert scores("knitting colchester", *rows) == {0: NAME * EXACT + VENUE * EXACT}
    assert matched("knitting colchester", *rows) == "all_words"


def test_where_no_row_has_all_words_any_word_does() -> None:
    rows = [fields(name="Knitting"), fields(venue="Colchester"), fields(name="Archery")]
    assert scores("knitting colchester", *rows) == {0: NAME * EXACT, 1: VENUE * EXACT}
    assert matched("knitting colchester", *rows) == "any_word"


def test_rows_that_are_not_alive_decide_nothing() -> None:
    both, one, misspelt = fields(name="Knitting in Crewe"), fields(name="Knitting"), "Kniting"
    assert matched("knitting crewe", both, one) == "all_words"
    assert scores("knitting crewe", both, one) == {0: 2 * NAME * EXACT}
    assert scores("knitting crewe", both, one, dead=(0,)) == {1: NAME * EXACT}
    rows = [fields(name=misspelt), one]
    assert scores("kniting", *rows) == {0: NAME * EXACT}
    assert scores("kniting", *rows, dead=(0,)) == {1: NAME * SLIP}
    assert scores("kniting", *rows, dead=(0, 1)) == {}


@pytest.mark.parametrize(
    ("q", "name", "is_found"),
    [
        ("co", "Colchester", True),
        ("c", "Colchester", False),
        ("colch archery", "Colchester", False),
        ("archery colch", "Colchester archery", True),
        ("colch in the", "Colchester", True),
        ("colchester archery colch", "Colchester archery", True),
        # A known phrase is no beginning of a word.
        ("art", "Artist", False),
    ],
)
def test_the_last_word_may_be_a_beginning(q: str, name: str, is_found: bool) -> None:  # noqa: FBT001 - a column of the table.
    assert (matched(q, fields(name=name)) == "all_words") == is_found


def test_a_beginning_is_found_by_all_words_that_begin_so() -> None:
    rows = [fields(name="Colchester"), fields(venue="Coggeshall"), fields(name="Clacton")]
    assert scores("co", *rows, fields(summary="Cold Colchester")) == {
        0: NAME * PREFIX,
        1: VENUE * PREFIX,
        3: SUMMARY * PREFIX,
    }


@pytest.mark.parametrize(
    "typed", ["archeery", "archry", "archeru", "acrhery", "rchery", "archeryy", "ardhery"]
)
def test_one_slip_in_a_word_of_five_letters_is_forgiven(typed: str) -> None:
    assert scores(typed, fields(name="Archery")) == {0: NAME * SLIP}


@pytest.mark.parametrize(
    ("typed", "name"),
    [("yogi", "Yoga"), ("yga", "Yoga"), ("arhcrey", "Archery"), ("learnt", "Leap")],
)
def test_more_slips_or_one_in_a_shorter_word_find_nothing(typed: str, name: str) -> None:
    assert scores(typed, fields(name=name)) == {}


def test_a_slip_may_lead_to_a_word_of_four_letters() -> None:
    assert scores("bocia", fields(name="Boca")) == {0: NAME * SLIP}


def test_a_slip_is_looked_for_only_where_nothing_else_is_found() -> None:
    # Something else: the word itself, another form of it, a word that begins with it.
    for other in ["Archers", "Archer", "Archersfield"]:
        rows = [fields(name="Arches"), fields(description=other)]
        assert 0 not in scores("archers", *rows)
    # A slip in one word does not need one in the others.
    assert scores("archery colchestr", fields(name="Archery", venue="Colchester")) == {
        0: NAME * EXACT + VENUE * SLIP
    }


def test_a_phrase_is_met_by_its_own_words_wherever_they_stand() -> None:
    row = fields(name="Day trips", venue="Village Centres")
    assert scores("day centre", row) == {0: NAME * EXACT + VENUE * STEM}


def test_a_phrase_is_met_by_all_words_of_another_one() -> None:
    whole = fields(name="Day", description="We care")
    part = fields(name="Day", description="We carry")
    # A synonym counts its lightest word, as often as the phrase has words.
    assert scores("day centre", whole, part) == {0: 2 * DESCRIPTION * SYNONYM}
    assert scores("LD", fields(labels="Learning disability")) == {0: LABELS * SYNONYM}
    assert scores("learning disability", fields(labels="LD")) == {0: 2 * LABELS * SYNONYM}


def test_a_phrase_counts_more_by_its_own_words_than_by_a_synonym() -> None:
    rows = [fields(name="Learning disability"), fields(name="LD")]
    found = scores("learning disability", *rows)
    assert found[0] > found[1]
    found = scores("LD", *rows)
    assert found[1] > found[0]


def test_a_phrase_is_one_of_the_words_of_a_query() -> None:
    rows = [
        fields(name="Singing", venue="Colchester"),
        fields(name="Choir", venue="Colchester"),
        fields(name="Choir"),
    ]
    assert [*scores("choir colchester", *rows)] == [0, 1]


def test_old_fashioned_words_find_what_they_mean_today() -> None:
    rows = [fields(labels="Learning disability"), fields(labels="Mentally handicapped")]
    assert [*scores("mentally handicapped", *rows)] == [0, 1]
    assert [*scores("learning disability", *rows)] == [0]


@pytest.mark.parametrize(
    "q", ["", "  ", "?!", "%", "_", "'", "\N{ARTIST PALETTE}", "--", "*", '""']
)
def test_a_query_without_letters_and_digits_looks_for_nothing(q: str) -> None:
    assert find(q, fields(name="100% fun _ '*")) is None


def test_stop_words_alone_are_looked_for() -> None:
    rows = [fields(name="The There"), fields(name="Archery")]
    assert scores("the", *rows) == {0: NAME * EXACT}
    assert scores("the archery", *rows) == {1: NAME * EXACT}
    assert scores("from", *rows) == {}


@pytest.mark.parametrize(
    ("q", "same"),
    [
        ("arch%", "arch"),
        ("%chery", "chery"),
        ("_rchery", "rchery"),
        ("arch_ry", "arch ry"),
        ('"archery', "archery"),
        ("name:archery", "name archery"),
        ("archery*", "archery"),
        ("arch* OR knitting", "arch knitting"),
        ("archery NOT knitting", "archery not knitting"),
        ("archery AND knitting", "archery knitting"),
        ("NEAR(archery knitting)", "archery knitting"),
        ("-archery", "archery"),
        ("^archery$", "archery"),
        ("'; DROP TABLE activity; --", "drop table activity"),
        ("' OR '1'='1", "1 1"),
        ("archery\x00knitting", "archery knitting"),
        ("archery & knitting | !knitting:*", "archery knitting"),
    ],
)
def test_nothing_in_a_query_has_a_meaning_of_its_own(q: str, same: str) -> None:
    rows = [
        fields(name="Archery", description="100% fun: drop in at table 1_1"),
        fields(name="Knitting and archery"),
        fields(name="Knitting"),
    ]
    assert scores(q, *rows) == scores(same, *rows)
    assert matched(q, *rows) == matched(same, *rows)


@pytest.mark.parametrize(
    "q",
    [
        "a" * 5_000,
        "a " * 2_500,
        "day centre " * 450,
        "1:1 " * 1_250,
        "%" * 5_000,
        "\N{LATIN SMALL LETTER E WITH ACUTE}" * 5_000,
        " ".join(str(number) for number in range(1_000)),
        " ".join(f"archry{number}" for number in range(500)),
    ],
)
def test_a_query_of_five_thousand_characters_is_answered(q: str) -> None:
    rows = [fields(name="Archery"), fields(name="Day centre", description="a 1 2 3")]
    index = TextIndex.build(map(Weighted.of, rows))
    alive = np.ones(2, np.bool_)
    found = index.search(q, alive)
    assert found is None or set(found.rows.tolist()) <= {0, 1}
    assert len(index.suggest(q, alive)) <= 3


def test_words_after_the_fortieth_do_not_count() -> None:
    rows = [fields(name="Archery"), fields(name="Knitting")]
    unknown = " ".join(f"x{number}x" for number in range(39))
    assert scores(f"{unknown} archery knitting", *rows) == {0: NAME * EXACT}


def test_rows_come_in_their_order_as_numbers_of_32_bits() -> None:
    found = find("archery", *[fields(name="Archery")] * 5, dead=(1,))
    assert found is not None
    assert found.rows.tolist() == [0, 2, 3, 4]
    assert found.rows.dtype == np.int32
    assert found.scores.dtype == np.int32


def test_an_empty_index_finds_nothing() -> None:
    index = TextIndex.build([])
    none = np.ones(0, np.bool_)
    found = index.search("archery", none)
    assert found is not None
    assert (found.rows.tolist(), found.matched) == ([], "any_word")
    assert index.search("", none) is None
    assert index.suggest("archery", none) == []


def test_an_extension_leaves_the_index_as_it_was() -> None:
    index = TextIndex.build(map(Weighted.of, [fields(name="Archery")]))
    alive = np.ones(3, np.bool_)
    longer = index.extended(map(Weighted.of, [fields(name="Knitting")]))
    longest = longer.extended(map(Weighted.of, [fields(name="Archery")]))
    assert [one.size for one in (index, longer, longest)] == [1, 2, 3]
    assert [one.tail_rows for one in (index, longer, longest)] == [0, 1, 2]
    assert longer.extended([]) is longer
    for one, expected in [(index, [0]), (longer, [0]), (longest, [0, 2])]:
        found = one.search("archery", alive[: one.size])
        assert found is not None
        assert found.rows.tolist() == expected


def test_a_tail_of_many_small_extensions_has_few_batches() -> None:
    index = TextIndex.build([])
    for number in range(1_100):
        index = index.extended(map(Weighted.of, [fields(name=f"Archery {number}")]))
    assert len(index.tail.batches) < 12
    found = index.search("archery 777", np.ones(1_100, np.bool_))
    assert found is not None
    assert found.rows.tolist() == [777]


def test_an_index_in_files_answers_as_it_did(tmp_path: Path) -> None:
    rows = [
        fields(name="Archery", venue="Łódź Hall"),
        fields(),
        fields(name="Archers", summary="東京"),
    ]
    index = TextIndex.build(map(Weighted.of, rows))
    index.to_files(tmp_path / "made" / "text")
    read = TextIndex.from_files(tmp_path / "made" / "text")
    assert (read.size, read.tail_rows) == (3, 0)
    for q in ["archery", "arc", "archers", "archary", "東京", "łodz", "archery hall"]:
        for one, other in [
            (read, index),
            (read.extended(map(Weighted.of, rows)), index.extended(map(Weighted.of, rows))),
        ]:
            alive = np.ones(one.size, np.bool_)
            found, expected = one.search(q, alive), other.search(q, alive)
            assert found is not None
            assert expected is not None
            assert found.rows.tolist() == expected.rows.tolist() != []
            assert found.scores.tolist() == expected.scores.tolist()
            assert found.matched == expected.matched


def test_an_empty_index_can_be_written_and_read(tmp_path: Path) -> None:
    TextIndex.build([]).to_files(tmp_path)
    assert TextIndex.from_files(tmp_path).size == 0


def test_an_index_with_a_tail_is_not_written(tmp_path: Path) -> None:
    index = TextIndex.build([]).extended(map(Weighted.of, [fields(name="Archery")]))
    with pytest.raises(ValueError, match="without a tail"):
        index.to_files(tmp_path)


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    TextIndex.build(map(Weighted.of, [fields(name="Archery")])).to_files(tmp_path / "one")
    TextIndex.build(map(Weighted.of, [fields(name="Archery and knitting")])).to_files(
        tmp_path / "other"
    )
    (tmp_path / "one" / "words.txt").write_bytes((tmp_path / "other" / "words.txt").read_bytes())
    with pytest.raises(ValueError, match="one text index"):
        TextIndex.from_files(tmp_path / "one")
    with pytest.raises(OSError, match="nowhere"):
        TextIndex.from_files(tmp_path / "nowhere")


def test_what_was_found_before_is_found_with_what_came_and_without_what_died() -> None:
    rows = [fields(name="Day centre"), fields(name="Gardening"), fields(summary="A day centre")]
    index = TextIndex.build(map(Weighted.of, rows))
    alive = np.ones(3, dtype=np.bool_)
    for q in ("gardening", "day centre", "gard"):
        before, again = index.search(q, alive), index.search(q, alive)
        assert before is not None
        assert again is not None
        assert [*map(np.ndarray.tolist, again[:2])] == [*map(np.ndarray.tolist, before[:2])]
    grown = index.extended(map(Weighted.of, [fields(name="Gardens")]))
    found = grown.search("gardening", np.array([True, False, True, True]))
    assert found is not None
    assert (found.rows.tolist(), found.scores.tolist()) == ([3], [NAME * STEM])
    # Nobody alive has the word as it is, so that a slip counts.
    slip = index.search("gardenimg", alive)
    assert slip is not None
    assert slip.scores.tolist() == [NAME * SLIP]
