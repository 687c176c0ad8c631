import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vocabulary.easy_read import Finding, hard_words, lint, sentences
from app.vocabulary.terms import Term, vocabulary

FIFTEEN = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"


@pytest.mark.parametrize(
    "term",
    [
        pytest.param(term, id=f"{scheme.name}-{term.code}")
        for scheme in vocabulary().schemes.values()
        for term in scheme.terms
    ],
)
def test_the_vocabulary_speaks_easy_read(term: Term) -> None:
    assert lint(term.easy_read) == []


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("It costs £4.50. Come in.", ["It costs £4.50.", "Come in."]),
        ("Come at 10.30am. Bring food.", ["Come at 10.30am.", "Bring food."]),
        ("Open 9 a.m. to 5 p.m. Come in.", ["Open 9 a.m. to 5 p.m.", "Come in."]),
        ("We stop at 5.30p.m. on Monday.", ["We stop at 5.30p.m. on Monday."]),
        ("See www.example.org. Then call.", ["See www.example.org.", "Then call."]),
        ("Email a.b@example.org.uk. Or call.", ["Email a.b@example.org.uk.", "Or call."]),
        ("Ask Dr. Shah. She helps.", ["Ask Dr. Shah.", "She helps."]),
        ("Ask J. Shah. She helps.", ["Ask J. Shah.", "She helps."]),
        ("You and I. We go.", ["You and I.", "We go."]),
        ("Food, e.g. Soup, is free.", ["Food, e.g. Soup, is free."]),
        ("Take bus No. 5 here.", ["Take bus No. 5 here."]),
        ("You can say no. We stop.", ["You can say no.", "We stop."]),
        ("Really?! Yes\u2026 Come!", ["Really?!", "Yes\u2026", "Come!"]),
        ("She said \u201cCome in.\u201d We did.", ["She said \u201cCome in.\u201d", "We did."]),
        (
            "What to bring\n\n- A hat\n\u2022 Food\n2. A pen",
            ["What to bring", "A hat", "Food", "A pen"],
        ),
        ("One.\r\nTwo.", ["One.", "Two."]),
        ("  ", []),
        ("", []),
    ],
)
def test_sentences_are_told_apart(text: str, split: list[str]) -> None:
    assert sentences(text) == split


@pytest.mark.parametrize(
    "text",
    [
        f"{FIFTEEN}.",
        f"{FIFTEEN} - . {FIFTEEN}!",
        f"{FIFTEEN}\n{FIFTEEN}",
        f"{FIFTEEN.removesuffix(' fifteen')} https://example.org/a/b?c=d.",
        f"{FIFTEEN.removesuffix(' fifteen')} one-to-one.",
    ],
)
def test_fifteen_words_are_not_too_many(text: str) -> None:
    assert lint(text) == []


def test_sixteen_words_are_too_many() -> None:
    assert lint(f"Hello. {FIFTEEN} sixteen.") == [
        Finding(
            "long_sentence",
            f"{FIFTEEN} sixteen.",
            "This sentence has 16 words. Use at most 15, or make it two sentences.",
        )
    ]


@pytest.mark.parametrize("pause", ["e.g.", "Dr.", ",", ";", "No. 5", "\t"])
def test_a_pause_does_not_hide_a_long_sentence(pause: str) -> None:
    found = lint(f"{FIFTEEN} {pause} {FIFTEEN}.")
    assert "long_sentence" in {finding.rule for finding in found}


@pytest.mark.parametrize(
    ("text", "words", "better"),
    [
        ("You must utilise it.", "utilise", "use"),
        ("It was Utilised.", "Utilised", "use"),
        ("Utilizing it is good.", "Utilizing", "use"),
        ("Call prior to lunch.", "prior to", "before"),
        ("In Accordance With the rules.", "In Accordance With", "following"),
        ("It adheres to them.", "adheres to", "follow"),
        ("Our priorities.", "Priorities".lower(), "what comes first"),
        ("He was permitted in.", "permitted", "let"),
        ("Bring food, e.g. a pie.", "e.g", "for example"),
        ("Hats, coats, etc.", "etc", "and more"),
        ("Tea and/or cake.", "and/or", "or"),
        ("It is means-tested.", "means-tested", "it depends on how much money you have"),
        ("It is means\u2011tested.", "means\u2011tested", "it depends on how much money you have"),
        ("Respite/breaks.", "Respite", "a break"),
        ("Ask service users\u2019 families.", "service users", "person"),
        ("Check your eligibility!", "eligibility", "who can get it"),
    ],
)
def test_a_hard_word_is_found_with_a_plainer_one(text: str, words: str, better: str) -> None:
    assert lint(text) == [Finding("hard_word", words, f"Try: {better}.")]


@pytest.mark.parametrize(
    "text",
    [
        "Viaduct and vial.",
        "Go to https://example.org/eligibility now.",
        "Go to www.example.org/eligibility now.",
        "Go to example.org.uk/eligibility now.",
        "Email referral@example.org now.",
        "Prior lunch. To eat.",
    ],
)
def test_part_of_a_word_or_an_address_is_no_hard_word(text: str) -> None:
    assert lint(text) == []


@pytest.mark.parametrize(
    ("text", "words", "advice"),
    [
        ("Ask the CQC.", "CQC", "Try: the people who check care services."),
        ("Use your DP here.", "DP", "Try: direct payment."),
        ("Your PAs can come.", "PAs", "Try: personal assistant."),
        ("Your P.A. can come.", "P.A.", "Try: personal assistant."),
        ("Ask the ZQX.", "ZQX", "Write the whole words, in small letters."),
        ("Do NOT wait.", "NOT", "Write the whole words, in small letters."),
    ],
)
def test_initials_are_found(text: str, words: str, advice: str) -> None:
    assert lint(text) == [Finding("capitals", words, advice)]


@pytest.mark.parametrize(
    "text", ["The NHS pays.", "LGBTQ+ people.", "I can.", "CM1 2AB", "Plan B.", "WWW.EXAMPLE.ORG"]
)
def test_everyday_capitals_and_postcodes_are_fine(text: str) -> None:
    assert lint(text) == []


def test_findings_come_in_the_order_of_the_text() -> None:
    found = [finding.words for finding in lint("Commence. Ask the CQC prior to lunch. Terminate.")]
    assert found == ["Commence", "prior to", "CQC", "Terminate"]


def test_there_are_many_hard_words_and_none_is_easy() -> None:
    assert len(hard_words().words) >= 120
    for words in hard_words().words:
        assert [finding.rule for finding in lint(f"{words} ")] == ["hard_word"], words
    for letters in hard_words().capitals:
        assert [finding.rule for finding in lint(letters)] == ["capitals"], letters


def test_the_plainer_words_are_plain_themselves() -> None:
    for words, plainer in {**hard_words().words, **hard_words().capitals}.items():
        assert lint(f"{plainer}.") == [], words


@given(st.text(max_size=200))
def test_no_sentence_loses_a_word(text: str) -> None:
    kept = "".join(sentences(text))
    assert [c for c in kept if c.isalpha()] == [c for c in text if c.isalpha()]


@given(st.lists(st.sampled_from(["Come in. ", "£4.50 ", "e.g. ", "Dr. ", "\n- ", "CQC ", "a.m. "])))
def test_any_text_is_judged_without_fail(pieces: list[str]) -> None:
    for finding in lint("".join(pieces)):
        assert finding.words
        assert finding.advice


@pytest.mark.parametrize(
    "piece",
    ["a.", "A.", "a@", ".", "... ", "'", "[", "e.g. ", "in order ", "a-", "x", "1", " ", "\n"],
)
def test_a_strange_text_takes_no_longer_than_any_other(piece: str) -> None:
    text = piece * (40_000 // len(piece))
    begun = time.process_time()
    lint(text)
    assert time.process_time() - begun < 4
