import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.geo.gazetteer import settlements
from app.geo.names import WIDER_COUNTIES, council_key, name_key, plain_council_name


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("St Albans", "saint albans"),
        ("St. Albans", "ST ALBANS"),
        ("Bury St Edmunds", "bury saint edmunds"),
        ("Southend-on-Sea", "southend on sea"),
        ("King's Lynn", "Kings Lynn"),
        ("King\N{RIGHT SINGLE QUOTATION MARK}s Lynn", "kings  lynn"),
        ("Bishop`s Stortford", "bishops stortford"),
        ("Ashby-de-la-Zouch", "Ashby de la Zouch"),
        ("Château", "chateau"),
        ("Cha\N{COMBINING CIRCUMFLEX ACCENT}teau", "chateau"),
        ("Tyne & Wear", "tyne and wear"),
        (" Crewe. ", "crewe"),
        ("\N{FULLWIDTH LATIN SMALL LETTER C}rewe", "Crewe"),
    ],
)
def test_names_that_are_written_differently_have_one_key(written: str, other: str) -> None:
    assert name_key(written) == name_key(other)


@pytest.mark.parametrize(
    ("one", "another"),
    [("Saintbury", "Stbury"), ("Leicester", "Leicestershire"), ("Sutton", "Sutton Coldfield")],
)
def test_different_names_have_different_keys(one: str, another: str) -> None:
    assert name_key(one) != name_key(another)


@pytest.mark.parametrize("text", ["", "  ", "!?", "\N{HOUSE BUILDING}", "東京", "\ud800"])
def test_a_text_without_latin_letters_or_digits_has_an_empty_key(text: str) -> None:
    assert name_key(text) == ""


@settings(deadline=None)
@given(st.text(max_size=100))
def test_a_key_is_its_own_key(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("City of Leicester", "Leicester"),
        ("City and Borough of Leeds", "Leeds"),
        ("Borough of Thurrock", "Thurrock"),
        ("Metropolitan Borough of Wirral", "Wirral"),
        ("Royal Borough of Windsor and Maidenhead", "Windsor and Maidenhead"),
        ("District of Rutland", "Rutland"),
        ("Bournemouth, Christchurch and Poole Council", "Bournemouth, Christchurch and Poole"),
        ("Essex County Council", "Essex"),
        ("County Durham", "County Durham"),
        ("Isle of Wight", "Isle of Wight"),
        ("Bath and North East Somerset", "Bath and North East Somerset"),
    ],
)
def test_the_plain_name_of_a_council(name: str, plain: str) -> None:
    assert plain_council_name(name) == plain


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("City of Leicester", "Leicester"),
        ("Leicester City Council", "Leicester"),
        ("Bristol, City of", "City of Bristol"),
        ("Herefordshire, County of", "Herefordshire"),
        ("Durham County Council", "County Durham"),
        ("Hull City Council", "City of Kingston upon Hull"),
        ("London Borough of Camden", "Camden"),
        ("St. Helens", "St Helens Borough Council"),
        ("Southend-on-Sea City Council", "Southend-on-Sea"),
    ],
)
def test_two_names_of_one_council_have_one_key(one: str, another: str) -> None:
    assert council_key(one) == council_key(another)


def test_leicester_is_not_leicestershire() -> None:
    assert council_key("City of Leicester") != council_key("Leicestershire County Council")


def test_every_part_of_a_wider_county_is_in_the_table() -> None:
    known = {council_key(row.county) for row in settlements().rows if row.county}
    for county, parts in WIDER_COUNTIES.items():
        assert county == name_key(county)
        assert parts <= known
