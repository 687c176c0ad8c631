"""The columns of a table of activities: one row for each session, one reference for each activity.

The template that people download, its explanation and the reading all come from this one list.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

SEPARATOR = ";"
"""Stands between the entries of a cell that holds several."""

Shape = Literal["text", "code", "codes", "number", "pounds", "date", "dates", "time", "numbers"]


class Column(NamedTuple):
    """One column: where in the document its cells go, and how to read them."""

    name: str
    place: str
    shape: Shape
    example: str
    required: bool = False


ACTIVITY: tuple[Column, ...] = (
    Column("name", "/name", "text", "Pottery for everyone", required=True),
    Column("summary", "/summary", "text", "A small group that works with clay.", required=True),
    Column("description", "/description", "text", "We make pots and drink tea.", required=True),
    Column("easy_read_summary", "/easy_read/summary", "text", "We make pots."),
    Column("easy_read_description", "/easy_read/description", "text", "We make pots. We have tea."),
    Column("cohorts", "/cohorts", "codes", "learning_disability;autism"),
    Column("open_to", "/open_to", "code", "anyone"),
    Column("main_outcomes", "/outcomes", "codes", "interests"),
    Column("other_outcomes", "/outcomes", "codes", "independence"),
    Column("activity_types", "/activity_types", "codes", "art;crafts"),
    Column("settings", "/settings", "codes", "building_based"),
    Column("attendance", "/attendance", "codes", "regular"),
    Column("how_to_start", "/how_to_start", "codes", "contact_provider"),
    Column("how_to_start_note", "/how_to_start_note", "text", "Ring us and come for a look."),
    Column("languages", "/languages", "codes", "en"),
    Column("support_modes_yes", "/support_modes", "codes", "small_group"),
    Column("support_modes_no", "/support_modes", "codes", ""),
    Column("support_needs_yes", "/support_needs", "codes", "medication"),
    Column("support_needs_no", "/support_needs", "codes", ""),
    Column("communication_yes", "/communication", "codes", ""),
    Column("communication_no", "/communication", "codes", ""),
    Column("funding_yes", "/funding", "codes", "direct_payment;self_funded"),
    Column("funding_no", "/funding", "codes", ""),
    Column("preferences_yes", "/preferences", "codes", ""),
    Column("travel_yes", "/travel", "codes", ""),
    Column("minimum_age", "/ages/minimum", "number", "18"),
    Column("maximum_age", "/ages/maximum", "number", ""),
    Column("phone", "/contacts/0/phone", "text", "01632 960123"),
    Column("email", "/contacts/0/email", "text", "hello@pots.example.org"),
    Column("website", "/contacts/0/website", "text", "https://pots.example.org"),
    Column("price_pounds", "/prices/0/parts/0/amount_pence", "pounds", "24.50"),
    Column("price_unit", "/prices/0/parts/0/unit", "code", "session"),
    Column("price_payer", "/prices/0/payer", "code", "anyone"),
    Column("absence", "/policies/absence", "code", ""),
    Column("notice_weeks", "/policies/notice_weeks", "number", ""),
    Column("trial", "/policies/trial", "code", "free"),
)
"""What a row says of its activity. On further rows of one activity these may be left empty."""

SESSION: tuple[Column, ...] = (
    Column("session_label", "/label", "text", ""),
    Column("session_place", "/place", "code", "venue"),
    Column("session_venue", "/venue_id", "text", ""),
    Column("session_repeats", "/repeats", "code", "weekly"),
    Column("session_day", "/day", "code", "tue"),
    Column("session_week_of", "/week_of", "date", ""),
    Column("session_nth", "/nth", "numbers", ""),
    Column("session_dates", "/dates", "dates", ""),
    Column("session_starts", "/starts_at", "time", "10:00"),
    Column("session_ends", "/ends_at", "time", "12:00"),
)
"""What a row says of one session."""

REFERENCE = Column("reference", "/reference", "text", "POTS-1", required=True)
"""The provider's own name for an activity, by which it is found again."""

COLUMNS: tuple[Column, ...] = (REFERENCE, *ACTIVITY, *SESSION)
BY_NAME: Mapping[str, Column] = {one.name: one for one in COLUMNS}

STATED = {
    "support_modes": ("support_modes_yes", "support_modes_no"),
    "support_needs": ("support_needs_yes", "support_needs_no"),
    "communication": ("communication_yes", "communication_no"),
    "funding": ("funding_yes", "funding_no"),
    "preferences": ("preferences_yes",),
    "travel": ("travel_yes",),
}
"""The four-valued fields, and the columns that state yes and no of their terms."""

OUTCOMES = ("main_outcomes", "other_outcomes")

Cells = Mapping[str, str]
Content = dict[str, Any]
