"""When the public first saw each activity at each of its places."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "the_places"
down_revision = "the_listings"
branch_labels = None
depends_on = None

ONLINE = UUID(int=0)


def upgrade() -> None:
    op.create_table(
        "activity_place",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_activity_place_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("activity_id", "venue_id", name=op.f("pk_activity_place")),
        sa.UniqueConstraint(
            "sequence", "position", name=op.f("uq_activity_place_sequence_position")
        ),
    )
    _note_places_of_today()


def _note_places_of_today() -> None:
    """Note the places that there are, as if each activity had always had its own."""
    session = sa.table(
        "activity_session",
        sa.column("activity_id", sa.Uuid()),
        sa.column("venue_id", sa.Uuid()),
        sa.column("place", sa.String()),
    )
    change = sa.table(
        "change",
        sa.column("sequence", sa.BigInteger()),
        sa.column("position", sa.Integer()),
        sa.column("kind", sa.String()),
        sa.column("subject", sa.String()),
        sa.column("change", sa.String()),
    )
    place = sa.table(
        "activity_place",
        sa.column("activity_id", sa.Uuid()),
        sa.column("venue_id", sa.Uuid()),
        sa.column("sequence", sa.BigInteger()),
        sa.column("position", sa.Integer()),
    )
    connection = op.get_bind()
    first: dict[UUID, int] = {}
    created = (
        sa.select(change.c.subject, change.c.sequence)
        .where(change.c.kind == "activity", change.c.change == "created")
        .order_by(change.c.sequence, change.c.position)
    )
    for subject, sequence in connection.execute(created):
        first.setdefault(UUID(subject), sequence)
    venues: dict[UUID, set[UUID]] = {}
    sessions = (
        sa.select(session.c.activity_id, session.c.venue_id)
        .where(session.c.place != "comes_to_you")
        .distinct()
    )
    for activity, venue in connection.execute(sessions):
        venues.setdefault(activity, set()).add(venue or ONLINE)
    # Online stands behind the venues.
    rows = [
        {"activity_id": activity, "venue_id": venue, "sequence": sequence, "position": position}
        for position, (activity, venue, sequence) in enumerate(
            (activity, venue, sequence)
            for activity, sequence in first.items()
            for venue in sorted(venues.get(activity, ()), key=lambda one: (one == ONLINE, one))
        )
    ]
    if rows:
        connection.execute(place.insert(), rows)


def downgrade() -> None:
    op.drop_table("activity_place")
