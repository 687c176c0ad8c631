import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.geo.councils import (
    COUNTY_AT_MOST,
    NOBODY,
    SURE,
    CouncilCandidate,
    CouncilGuess,
    Evidence,
    Holding,
    Listing,
    county_key,
    guess_council,
    lies_in_england,
    trust_in_county,
)
from app.geo.distance import Point, miles_to_many
from app.geo.gazetteer import Nearby, outcodes, sectors, settlements

ESSEX = Holding("E10000012", "Essex")
CHESHIRE_EAST = Holding("E06000049", "Cheshire East")
LEICESTER = Holding("E06000016", "Leicester")
CAMDEN = Holding("E09000007", "Camden")
CUMBERLAND = Holding("E06000063", "Cumberland")


def near(**miles: float) -> list[Nearby]:
    """Counties by name (an underscore for a space) and the miles to them."""
    return [Nearby(name.replace("_", " "), away) for name, away in miles.items()]


def told(guess: CouncilGuess) -> list[tuple[str, float]]:
    """The candidates' names and confidences."""
    return [(each.name, each.confidence) for each in guess.candidates]


def test_an_outcode_that_is_all_of_one_council_is_certain() -> None:
    evidence = Evidence([Listing(ESSEX, 1.0)], near(Thurrock=0.2, Essex=3.0))
    assert guess_council(evidence) == CouncilGuess("E10000012", "Essex", 1.0)


@pytest.mark.parametrize(
    ("share", "counties", "expected"),
    [
        # A whole outcode: the share alone, and the other side by its name.
        (
            0.7,
            near(Leicester=1.0, Leicestershire=2.0),
            [("Leicester", 0.7), ("Leicestershire", 0.3)],
        ),
        (
            0.43,
            near(Staffordshire=1.0, Cheshire_East=2.0),
            [("Staffordshire", 0.57), ("Leicester", 0.43)],
        ),
        (None, near(Leicestershire=1.0), [("Leicester", 0.5), ("Leicestershire", 0.5)]),
        # Nobody near has another name: the other side is left unnamed.
        (0.7, near(Leicester=1.0, Leicestershire=16.0), [("Leicester", 0.7)]),
        (0.7, [], [("Leicester", 0.7)]),
    ],
)
def test_at_a_whole_outcode_the_share_decides(
    share: float | None, counties: list[Nearby], expected: list[tuple[str, float]]
) -> None:
    evidence = Evidence([Listing(LEICESTER, share)], counties, weigh_county=False)
    assert told(guess_council(evidence)) == expected


@pytest.mark.parametrize(
    ("share", "counties", "expected"),
    [
        # 0.7 x 0.9 against 0.3 x 0.1.
        (
            0.7,
            near(Leicester=0.5, Leicestershire=5.0),
            [("Leicester", 0.954), ("Leicestershire", 0.045)],
        ),
        # 0.3 x 0.9 against 0.7 x 0.1.
        (
            0.7,
            near(Leicestershire=0.5, Leicester=5.0),
            [("Leicestershire", 0.794), ("Leicester", 0.205)],
        ),
        # A half each, and a county that is right nine times in ten.
        (
            None,
            near(Leicester=0.5, Leicestershire=5.0),
            [("Leicester", 0.9), ("Leicestershire", 0.1)],
        ),
        # As near to the one as to the other: the county says nothing.
        (
            0.7,
            near(Leicester=2.0, Leicestershire=2.0),
            [("Leicester", 0.7), ("Leicestershire", 0.3)],
        ),
        # Too far away to say anything.
        (0.7, near(Leicestershire=20.0), [("Leicester", 0.7)]),
    ],
)
def test_in_a_shared_outcode_the_nearest_county_is_weighed(
    share: float | None, counties: list[Nearby], expected: list[tuple[str, float]]
) -> None:
    guess = guess_council(Evidence([Listing(LEICESTER, share)], counties))
    assert told(guess) == expected
    assert (guess.name, guess.confidence) == expected[0]


def test_two_councils_that_share_an_outcode() -> None:
    shared = [Listing(ESSEX, 0.6), Listing(Holding("E10000029", "Suffolk"), 0.4)]
    counties = near(Suffolk=1.0, Essex=2.0)
    whole = guess_council(Evidence(shared, counties, weigh_county=False))
    assert told(whole) == [("Essex", 0.6), ("Suffolk", 0.4)]
    # 0.4 x 0.9 against 0.6 x 0.1.
    weighed = guess_council(Evidence(shared, counties))
    assert told(weighed) == [("Suffolk", 0.857), ("Essex", 0.142)]
    assert weighed.gss == "E10000029"


def test_shares_that_come_to_more_than_the_whole_are_scaled_down() -> None:
    listings = [Listing(ESSEX, 1.0), Listing(LEICESTER, None), Listing(CHESHIRE_EAST, 0.5)]
    guess = guess_council(Evidence(listings, [], weigh_county=False))
    assert told(guess) == [("Essex", 0.5), ("Cheshire East", 0.25), ("Leicester", 0.25)]


def test_a_share_too_small_to_show_is_nothing() -> None:
    assert guess_council(Evidence([Listing(ESSEX, 0.0001)], [])) == NOBODY


def test_a_sure_guess_needs_no_candidates() -> None:
    evidence = Evidence([Listing(ESSEX, 0.9)], near(Essex=0.1, Suffolk=9.0))
    guess = guess_council(evidence)
    assert guess.confidence > SURE
    assert guess.candidates == ()


def test_around_a_point_even_a_whole_outcode_leaves_some_doubt() -> None:
    """The nearest sector can lie across the border, as a place of the next county shows."""
    listings = [Listing(ESSEX, 1.0)]
    inside = guess_council(Evidence(listings, near(Essex=0.5, Thurrock=5.0), around_a_point=True))
    assert (inside.name, inside.confidence > SURE, inside.candidates) == ("Essex", True, ())
    across = guess_council(Evidence(listings, near(Thurrock=0.5, Essex=5.0), around_a_point=True))
    assert across.name == "Essex"
    assert [name for name, _ in told(across)] == ["Essex", "Thurrock"]


@pytest.mark.parametrize(
    ("counties", "expected"),
    [
        (near(Suffolk=1.0, Norfolk=9.0), [("Suffolk", 0.9)]),
        (near(Suffolk=1.0, Norfolk=4.0), [("Suffolk", 0.9), ("Norfolk", 0.1)]),
        (near(Suffolk=3.0, Norfolk=4.0), [("Suffolk", 0.7), ("Norfolk", 0.3)]),
        (near(Suffolk=3.0, Norfolk=3.0), [("Norfolk", 0.5), ("Suffolk", 0.5)]),
        (near(Suffolk=15.0), [("Suffolk", 0.5)]),
        (near(Suffolk=15.1), []),
        ([], []),
    ],
)
def test_where_nobody_lists_the_outcode_the_nearest_county_is_guessed(
    counties: list[Nearby], expected: list[tuple[str, float]]
) -> None:
    guess = guess_council(Evidence([], counties), holdings=[ESSEX])
    assert told(guess) == expected
    assert guess.gss is None
    assert guess.confidence <= COUNTY_AT_MOST


@pytest.mark.parametrize("name", ["Leicester", "City of Leicester", "Leicester City Council"])
def test_a_county_takes_the_code_of_the_council_of_that_name(name: str) -> None:
    held = Holding("E06000016", name)
    guess = guess_council(Evidence([], near(Leicester=1.0)), [ESSEX, held])
    assert (guess.gss, guess.name, guess.confidence) == ("E06000016", name, 0.9)


@pytest.mark.parametrize(
    ("county", "called"),
    [("Greater_London", "A London borough"), ("Cumbria", "A council in Cumbria")],
)
def test_a_county_of_several_councils_names_none_of_them(county: str, called: str) -> None:
    counties = near(**{county: 1.0, "Essex": 5.0})
    guess = guess_council(Evidence([], counties), [ESSEX, CAMDEN, CUMBERLAND])
    assert (guess.gss, guess.name, guess.confidence) == (None, called, 0.5)
    assert guess.candidates == (
        CouncilCandidate(None, called, 0.5),
        CouncilCandidate("E10000012", "Essex", 0.1),
    )


def test_a_london_borough_that_lists_its_outcode_is_known() -> None:
    shared = Evidence([Listing(CAMDEN, 0.5)], near(Greater_London=0.5, Essex=9.0))
    guess = guess_council(shared)
    assert (guess.gss, guess.confidence) == ("E09000007", 0.9)


@pytest.mark.parametrize(
    ("council", "key"),
    [
        (CAMDEN, "greater london"),
        (CUMBERLAND, "cumbria"),
        (LEICESTER, "leicester"),
        (Holding(None, "Essex County Council"), "essex"),
        (Holding(None, "Camden"), "camden"),
    ],
)
def test_the_county_whose_places_lie_in_a_council(council: Holding, key: str) -> None:
    assert county_key(council) == key


def test_scotland_and_wales_have_no_council_here() -> None:
    counties = near(Northumberland=2.0)
    assert guess_council(Evidence([], counties, in_england=False), [ESSEX]) == NOBODY
    assert CouncilGuess(None, None, 0.0, ()) == NOBODY


def test_an_english_council_may_list_an_outcode_of_wales() -> None:
    evidence = Evidence([Listing(CHESHIRE_EAST, 1.0)], [], in_england=False)
    assert guess_council(evidence).name == "Cheshire East"


@pytest.mark.parametrize(
    ("outcode", "england"),
    [
        ("CM1", True),
        ("E1W", True),
        ("TD15", True),
        ("TD12", True),
        ("CH4", True),
        ("SY10", True),
        ("TD1", False),
        ("EH1", False),
        ("G1", False),
        ("GL1", True),
        ("CF10", False),
        ("LL11", False),
        ("SY23", False),
        ("CH7", False),
    ],
)
def test_an_outcode_tells_whether_it_lies_in_england(outcode: str, england: bool) -> None:  # noqa: FBT001 - a column of the table above.
    assert lies_in_england(outcode) is england


def test_hardly_a_place_of_england_lies_nearest_to_a_welsh_or_scottish_sector() -> None:
    across = [
        row.name
        for row in settlements().rows
        if not lies_in_england(
            sectors().nearest(Point(row.latitude, row.longitude)).name.split()[0]
        )
    ]
    assert len(across) < 10


def test_no_outcode_of_england_is_far_from_every_english_place() -> None:
    far = [
        cell.name
        for cell in outcodes().by_name.values()
        if lies_in_england(cell.name)
        and settlements().nearest_counties(Point(cell.latitude, cell.longitude))[0].miles > 15
    ]
    assert far == []


SHARES = st.one_of(st.none(), st.floats(0.001, 1))
NAMES = st.sampled_from(["Essex", "Leicester", "Suffolk", "Greater London", "Cumbria", "Kent"])
COUNTIES = st.lists(
    st.builds(Nearby, NAMES, st.floats(0, 40)), unique_by=lambda county: county.name
).map(lambda counties: sorted(counties, key=lambda county: county.miles))


@settings(deadline=None)
@given(
    listings=st.lists(
        st.builds(Listing, st.sampled_from([ESSEX, LEICESTER, CAMDEN, CUMBERLAND]), SHARES),
        unique_by=lambda listing: listing.council.name,
    ),
    counties=COUNTIES,
    around_a_point=st.booleans(),
    weigh_county=st.booleans(),
)
def test_a_guess_is_the_best_of_candidates_that_never_pass_the_whole(
    listings: list[Listing], counties: list[Nearby], *, around_a_point: bool, weigh_county: bool
) -> None:
    evidence = Evidence(listings, counties, around_a_point, weigh_county)
    guess = guess_council(evidence, [ESSEX, LEICESTER])
    assert 0 <= guess.confidence <= 1
    assert (guess.name is None) == (guess.confidence == 0)
    if guess.confidence >= SURE:
        assert guess.candidates == ()
    elif guess.name is not None:
        confidences = [each.confidence for each in guess.candidates]
        assert confidences == sorted(confidences, reverse=True)
        assert sum(confidences) <= 1 + 1e-9
        assert guess.candidates[0] == CouncilCandidate(guess.gss, guess.name, guess.confidence)
        assert len({each.name for each in guess.candidates}) == len(guess.candidates)


def test_the_trust_in_a_county_is_what_the_shipped_places_bear_out() -> None:
    """Each place asks its neighbours for its county; the trust is how often they are right."""
    rows = [row for row in settlements().rows if row.county]
    latitudes = np.array([row.latitude for row in rows])
    longitudes = np.array([row.longitude for row in rows])
    counties = np.array([row.county for row in rows])
    trusts, rights = [], []
    for index, row in enumerate(rows):
        miles = miles_to_many(Point(row.latitude, row.longitude), latitudes, longitudes)
        miles[index] = np.inf
        nearest = int(miles.argmin())
        other = float(miles[counties != counties[nearest]].min())
        trusts.append(trust_in_county(float(miles[nearest]), other))
        rights.append(bool(counties[nearest] == row.county))
    trust, right = np.array(trusts), np.array(rights)
    assert float(right.mean()) == pytest.approx(0.9, abs=0.02)
    for low, high in ((0.55, 0.65), (0.65, 0.75), (0.75, 0.85)):
        band = (trust >= low) & (trust < high)
        assert band.sum() > 100
        assert float(right[band].mean()) == pytest.approx(float(trust[band].mean()), abs=0.05)
    # Held at nine in ten on purpose at the upper end; at the lower, it is a toss of a coin.
    assert float(right[trust >= 0.85].mean()) > 0.9
    assert float(right[trust < 0.55].mean()) < 0.55
