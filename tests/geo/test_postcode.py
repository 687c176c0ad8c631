import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.geo.gazetteer import outcodes, sectors
from app.geo.postcode import NON_GEOGRAPHIC, Postcode, Standing, find_postcode, sector_of

IN_USE = outcodes().by_name.keys()


def read(text: str) -> str | None:
    """What a text is read as, against the outcodes of Great Britain."""
    found = find_postcode(text, IN_USE)
    return None if found is None else f"{found.kind} {found.text}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CW1 2AB", "unit CW1 2AB"),
        ("cw12ab", "unit CW1 2AB"),
        ("cw1  2 ab", "unit CW1 2AB"),
        (" CW1-2AB. ", "unit CW1 2AB"),
        ("(c.w.1) 2a/b", "unit CW1 2AB"),
        ("CW1\N{NO-BREAK SPACE}2AB", "unit CW1 2AB"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER C}W1 2AB", "unit CW1 2AB"),
        ("CM1 1AB \N{HOUSE BUILDING}", "unit CM1 1AB"),
        ("m11aa", "unit M1 1AA"),
        ("ec1a1bb", "unit EC1A 1BB"),
        ("sw1a 1aa", "unit SW1A 1AA"),
        ("CM11AB", "unit CM1 1AB"),
        ("CM11 AB", "unit CM1 1AB"),
        ("CM1", "outcode CM1"),
        ("C M 1", "outcode CM1"),
        ("CM11", "outcode CM11"),
        ("M11", "outcode M11"),
        ("n1c", "outcode N1C"),
    ],
)
def test_case_spaces_and_punctuation_are_forgiven(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CM1 1", "sector CM1 1"),
        ("CM 1 1", "sector CM1 1"),
        ("CM11 1", "sector CM11 1"),
        ("CM111", "sector CM11 1"),
        ("M1 1", "sector M1 1"),
        ("EC1A 1", "sector EC1A 1"),
        ("CM1 1A", "sector CM1 1"),
        ("CW12A", "sector CW1 2"),
    ],
)
def test_a_space_tells_a_sector_from_an_outcode(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected", "changes"),
    [
        ("CWI 2AB", "unit CW1 2AB", 1),
        ("CWl 2AB", "unit CW1 2AB", 1),
        ("CW1 ZAB", "unit CW1 2AB", 1),
        ("CW1 2A8", "unit CW1 2AB", 1),
        ("0L1 1AA", "unit OL1 1AA", 1),
        ("OLI IAA", "unit OL1 1AA", 2),
        ("0LI IAA", "unit OL1 1AA", 3),
        ("5S1 2AA", "unit SS1 2AA", 1),
        ("SSI 2AA", "unit SS1 2AA", 1),
        ("61 1AA", "unit G1 1AA", 1),
        ("CM2 0I", "sector CM2 0", 1),
        ("LE2 OGA", "unit LE2 0GA", 1),
        ("81 1AA", "unit B1 1AA", 1),
        ("CWI", "outcode CW1", 1),
        ("CMI 1", "sector CM1 1", 1),
        ("I5 1AA", "unit L5 1AA", 1),
        ("IS1 1AA", "unit LS1 1AA", 1),
        ("Z0 1AA", "unit Z0 1AA", 0),
        ("CM1 11A", "unit CM1 1LA", 1),
    ],
)
def test_look_alikes_are_put_right_by_their_position(
    text: str, expected: str | None, changes: int
) -> None:
    assert read(text) == expected
    found = find_postcode(text, IN_USE)
    assert (found.changes if found else 0) == changes


def test_fewest_changes_go_first() -> None:
    """Read as it stands, IP1 needs no change; only without it does LP1 become anything."""
    assert find_postcode("IP1 1AA", {"IP1", "LP1"}) == Postcode("IP1", "1", "AA")
    assert find_postcode("1P1 1AA", {"LP1"}) == Postcode("LP1", "1", "AA", changes=1)
    assert find_postcode("1PI 1AA", {"IP1", "LPI"}) == Postcode("IP1", "1", "AA", changes=2)


def test_a_correction_leads_only_to_an_outcode_in_use() -> None:
    assert find_postcode("CWI 2AB", {"CM1"}) is None
    assert find_postcode("CWI 2AB", {"CW1"}) == Postcode("CW1", "2", "AB", changes=1)


@pytest.mark.parametrize(
    "text",
    [
        "Essex",
        "Bolsover",
        "Wallsal",
        "Solihull",
        "Bossie",
        "12345",
        "81",
        "0116 252 1000",
        "",
        " ",
        "!?",
        "C",
        "1",
        "CM",
        "CM1 1ABC",
        "CM1 13A",
        "CM1 AAB",
        "CM1 1AV\N{COMBINING ACUTE ACCENT}X",
        "CM1 1Ä",
        "\N{HOUSE BUILDING}",
        "\N{CYRILLIC CAPITAL LETTER ES}M1 1AB",
        "東京",
        "\ud800",
        "CM1 1AB" * 14,
        "C" * 100,
        "1" * 100,
    ],
)
def test_what_has_not_the_form_of_a_postcode_is_none(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("CM1 1AB", "in_use"),
        ("SA48 7AA", "in_use"),
        ("CM92 1AB", "non_geographic"),
        ("CM98", "non_geographic"),
        ("CM99", "non_geographic"),
        ("CW98 1AB", "non_geographic"),
        ("LE21 1AB", "non_geographic"),
        ("LE41 1AB", "non_geographic"),
        ("LE87 1AB", "non_geographic"),
        ("SS99 1AB", "non_geographic"),
        ("BT1 1AA", "outside_great_britain"),
        ("BT48", "outside_great_britain"),
        ("GY1 1AA", "outside_great_britain"),
        ("JE2 3AB", "outside_great_britain"),
        ("IM1 1", "outside_great_britain"),
        ("8T1 1AA", "outside_great_britain"),
        ("XX1 1XX", "not_in_use"),
        ("A1", "not_in_use"),
        ("CM31 1AB", "not_in_use"),
    ],
)
def test_the_standing_says_whether_an_outcode_is_in_use_and_where(text: str, standing: str) -> None:
    found = find_postcode(text, IN_USE)
    assert found is not None
    assert found.standing == standing


def test_every_outcode_of_great_britain_is_read_as_itself() -> None:
    for outcode in IN_USE:
        standing: Standing = "non_geographic" if outcode in NON_GEOGRAPHIC else "in_use"
        assert find_postcode(outcode, IN_USE) == Postcode(outcode, standing=standing)
        full = find_postcode(f"{outcode}9zz".lower(), IN_USE)
        assert full == Postcode(outcode, "9", "ZZ", standing)


def test_every_sector_of_great_britain_is_read_as_itself() -> None:
    assert [
        sector
        for sector in sectors().by_name
        if (found := find_postcode(sector, IN_USE)) is None or found.sector != sector
    ] == []


def test_a_post_box_is_never_what_a_correction_leads_to() -> None:
    assert find_postcode("CMPB IAB", IN_USE) is None
    assert find_postcode("LE4I IAB", {"LE41"}) is None


def test_the_last_letters_of_a_postcode_are_not_printed() -> None:
    found = find_postcode("CM1 1AB", IN_USE)
    assert "AB" not in repr(found)
    assert "AB" not in str(found)


@pytest.mark.parametrize(
    ("postcode", "sector"),
    [("CM1 1AB", "CM1 1"), ("cw12ab", "CW1 2"), ("M1  1AA", "M1 1"), ("EC1A 1BB", "EC1A 1")],
)
def test_the_sector_of_a_full_postcode(postcode: str, sector: str) -> None:
    assert sector_of(postcode) == sector


@pytest.mark.parametrize("text", ["", "CM1", "CM1 1", "CM1 1A", "CW1 2OO", "AAAA 1AA", "CMI 1AB"])
def test_what_is_no_full_postcode_has_no_sector(text: str) -> None:
    with pytest.raises(ValueError, match=r"^This is not a full postcode\.$"):
        sector_of(text)


LIKE_A_POSTCODE = st.text("ABCDEGILMOQSTWZ0125689 -'\N{HOUSE BUILDING}é", max_size=12)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=100), LIKE_A_POSTCODE))
def test_reading_never_fails_and_its_own_output_reads_the_same(text: str) -> None:
    found = find_postcode(text, IN_USE)
    if found is not None:
        again = find_postcode(found.text, IN_USE)
        assert again == Postcode(found.outcode, found.digit, found.letters, found.standing)


@settings(deadline=None)
@given(
    sector=st.sampled_from(sorted(sectors().by_name)),
    letters=st.text("ABDEFGHJLNPQRSTUWXYZ", min_size=2, max_size=2),
    gap=st.sampled_from(["", " ", "  ", "-", ".", "\t", "\N{NO-BREAK SPACE}"]),
    lower=st.booleans(),
)
def test_a_full_postcode_is_read_back_however_it_is_written(
    sector: str, letters: str, gap: str, *, lower: bool
) -> None:
    outcode, digit = sector.split()
    written = f"{outcode}{gap}{digit}{letters}"
    found = find_postcode(written.lower() if lower else written, IN_USE)
    assert found is not None
    assert (found.text, found.changes) == (f"{sector}{letters}", 0)
    assert sector_of(found.text) == found.sector == sector


CONFUSIONS = {"0": "O", "1": "IL", "2": "Z", "5": "S", "6": "G", "8": "B"}


@settings(deadline=None)
@given(
    sector=st.sampled_from(
        sorted(name for name in sectors().by_name if name.split()[0] not in NON_GEOGRAPHIC)
    ),
    choice=st.integers(0, 9),
)
def test_one_digit_mistaken_for_a_letter_still_leads_to_some_postcode(
    sector: str, choice: int
) -> None:
    digits = [index for index, character in enumerate(sector) if character in CONFUSIONS]
    if not digits:
        return
    index = digits[choice % len(digits)]
    alike = CONFUSIONS[sector[index]]
    slip = sector[:index] + alike[choice % len(alike)] + sector[index + 1 :]
    found = find_postcode(f"{slip}AA", IN_USE)
    assert found is not None
    assert found.changes <= 1
    assert found.changes == 0 or found.kind == "unit"
