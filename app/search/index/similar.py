"""Which activities are most like one: what one does there, who it is for, and how near."""

import numpy as np

from app.search.index.facts import NOT_KNOWN
from app.search.index.filters import Miles
from app.search.index.find import Found
from app.search.index.grid import Rows
from app.search.index.snapshot import Snapshot

WEIGHTS = {"activity_type": 4, "outcome": 2, "cohort": 2, "setting": 1, "funding": 1}
"""How much each term in common counts, by vocabulary."""

MILES_A_POINT = 4.0
"""So many miles further weigh as much as one point less in common."""

FURTHEST = 25.0
"""Miles beyond which a place is no alternative."""


def similar_to(snapshot: Snapshot, row: int) -> tuple[Found, Miles]:
    """The activities like one, and for each a number: the lower, the more alike and the nearer.

    They share something that one does there or gets out of it, and are for some of the same
    people. One with a venue has alternatives within 25 miles, and those without a venue; one
    without a venue has alternatives anywhere in its home council's area.
    """
    activities, sessions = snapshot.activities, snapshot.sessions
    rows: Rows = np.flatnonzero(snapshot.alive).astype(np.int32)
    rows = rows[rows != row]
    shared = {
        scheme: np.bitwise_count(activities[scheme][rows] & activities[scheme][row]).astype(
            np.int64
        )
        for scheme in WEIGHTS
    }
    alike = (shared["activity_type"] + shared["outcome"] > 0) & (shared["cohort"] > 0)
    points = sum(weight * shared[scheme] for scheme, weight in WEIGHTS.items())
    shown = activities["shown_session"][rows]
    miles = np.full(len(rows), np.inf)
    own = int(activities["shown_session"][row])
    if own != NOT_KNOWN:
        here = snapshot.point_of(sessions["venue"].item(own))
        placed = np.flatnonzero(shown != NOT_KNOWN)
        at = shown[placed]
        miles[placed] = snapshot.miles_to(here, sessions["venue"].take(at))
        alike &= (miles <= FURTHEST) | (shown == NOT_KNOWN)
    else:
        alike &= activities["council"][rows] == activities["council"][row]
    rows, shown, miles, points = rows[alike], shown[alike], miles[alike], points[alike]
    away = np.where(np.isinf(miles), FURTHEST, miles) / MILES_A_POINT
    prices = activities["least_price"][rows]
    return Found(rows, shown, miles, prices), away - points
