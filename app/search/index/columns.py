"""Columns that only ever grow: what a reader has seen of them never changes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from app.search.index.bits import mask_type
from app.search.index.growing import grown

Array = npt.NDArray[Any]

MASKS = (
    "cohort",
    "outcome",
    "activity_type",
    "setting",
    "attendance",
    "language",
    "open_to",
    "how_to_start",
    "support_mode",
    "support_need",
    "communication",
    "funding",
    "preference",
    "travel",
)

FOUR_VALUED = (
    "support_mode",
    "support_need",
    "communication",
    "funding",
    "preference",
    "travel",
)
"""The schemes of which activities state yes, partly, no or nothing. The masks above hold what is
stated yes; what is stated partly, and what is stated no, stand in columns of their own."""

SHADES = ("partly", "no")

ACTIVITY_TYPES: Mapping[str, type[np.generic]] = {
    **{scheme: mask_type(scheme) for scheme in MASKS},
    **{f"{scheme}_{shade}": mask_type(scheme) for scheme in FOUR_VALUED for shade in SHADES},
    "support_need_maybe": mask_type("support_need"),
    "outcome_primary": mask_type("outcome"),
    "closed_from": np.int32,
    "reopens_on": np.int32,
    "pick_up": np.int32,
    "own_capacity": mask_type("capacity"),
    "own_capacity_day": np.int32,
    "own_price_set": np.int32,
    "id_high": np.uint64,
    "id_low": np.uint64,
    "slug": np.uint64,
    "ages_stated": np.bool_,
    "minimum_age": np.int16,
    "maximum_age": np.int16,
    "confirmed": np.int32,
    "published": np.int64,
    "provider": np.uint64,
    "provider_slug": np.uint64,
    "council": np.int16,
    "areas": np.int32,
    "first_session": np.int32,
    "sessions": np.int16,
    "least_price": np.int32,
    "shown_session": np.int32,
}
"""The columns of activities. `slug`, `provider` and `provider_slug` are numbers that stand for
these names. `areas` is a number of a set of served areas, `first_session` and `sessions` say which
rows of the other table are its own, `shown_session` is the first of them at a venue. `pick_up` is a
number of a set of areas too. `closed_from` is 0 where nothing is closed, and `reopens_on` NEVER
where nobody knows. What is `own_…` holds where no session is left."""

NEVER = 9_999_999
"""Stands for a day that does not come."""

SESSION_TYPES: Mapping[str, type[np.generic]] = {
    "activity": np.int32,
    "place": np.int8,
    "venue": np.int32,
    "days": np.uint8,
    "starts": np.int16,
    "ends": np.int16,
    "time_band": mask_type("time_band"),
    "access": mask_type("access"),
    "access_maybe": mask_type("access"),
    "capacity": mask_type("capacity"),
    "price": np.int32,
    "access_partly": mask_type("access"),
    "access_no": mask_type("access"),
    "mode": mask_type("support_mode"),
    "mode_partly": mask_type("support_mode"),
    "mode_no": mask_type("support_mode"),
    "day": np.int8,
    "slots": np.uint32,
    "inside": np.uint16,
    "inside_wider": np.uint16,
    "last_day": np.int32,
    "capacity_day": np.int32,
    "price_set": np.int32,
}
"""The columns of sessions. `slots` has a bit for each slot that a session shares time with,
`inside` one for each set of its day's parts in which it lies, `inside_wider` the same with every
part an hour longer at both ends. `mode…` is what holds of ways of being supported there."""

VENUE_TYPES: Mapping[str, type[np.generic]] = {"latitude": np.float64, "longitude": np.float64}
"""The columns of venues: the points that are shown of them, in degrees (WGS 84)."""


class Columns:
    """Columns of one length. Appending gives new ones that share the memory of the old.

    The rows that the old ones show stay as they are: new rows are written behind them. Only the
    newest may be appended to.
    """

    def __init__(self, arrays: Mapping[str, Array], length: int) -> None:
        self._arrays = dict(arrays)
        self.length = length
        self._views = {name: array[:length] for name, array in arrays.items()}
        for view in self._views.values():
            view.flags.writeable = False

    def __getitem__(self, name: str) -> Array:
        return self._views[name]

    @classmethod
    def empty(cls, types: Mapping[str, type[np.generic]]) -> "Columns":
        """Columns without rows."""
        return cls({name: np.zeros(64, dtype=kind) for name, kind in types.items()}, 0)

    def appended(self, rows: Mapping[str, Any], count: int) -> "Columns":
        """The same with rows behind the last one.

        Args:
            rows: what stands in them, by column; as numpy takes it.
            count: how many they are.
        """
        arrays = {
            name: grown(array, self.length, rows[name]) for name, array in self._arrays.items()
        }
        return Columns(arrays, self.length + count)

    def saved(self) -> dict[str, Array]:
        """The columns as they can be written to a file."""
        return dict(self._views)
