"""What a publication leaves for the indexes that follow it."""

import sqlalchemy as sa
from alembic import op

revision = "the_index_cards"
down_revision = "the_places"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "index_card",
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("build", sa.String(length=16), nullable=False),
        sa.Column("card", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", "position", name=op.f("pk_index_card")),
    )


def downgrade() -> None:
    op.drop_table("index_card")
