"""The listings: working copies, their history, claims, proposals, trust and reminders."""

from typing import Any

import sqlalchemy as sa
from alembic import op

import app.database

revision = "the_listings"
down_revision = "the_accounts"
branch_labels = None
depends_on = None

MOMENT = app.database.UtcDateTime(timezone=True)
JSON = sa.JSON(none_as_null=True)
SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def noun() -> list[sa.Column[Any]]:
    """The columns of every table whose rows have an identity of their own."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
    ]


def key(table: str, column: str, other: str, ondelete: str | None) -> sa.ForeignKeyConstraint:
    """A foreign key under the name that the naming convention gives it."""
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "listing",
        *noun(),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sort_name", SORTED, nullable=False),
        sa.Column("life", sa.String(length=8), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("document", JSON, nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("authors", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reference", sa.String(length=120), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", MOMENT, nullable=True),
        key("listing", "council_id", "council", None),
        key("listing", "created_by", "account", "SET NULL"),
        key("listing", "submitted_by", "account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint(
            "provider_id", "reference", name=op.f("uq_listing_provider_id_reference")
        ),
    )
    op.create_index("ix_listing_waiting", "listing", ["stage", "submitted_at", "id"])
    for column in ("provider_id", "council_id", "created_by", "submitted_by"):
        op.create_index(f"ix_listing_{column}", "listing", [column])
    op.create_table(
        "revision",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("as_officer", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        key("revision", "listing_id", "listing", "CASCADE"),
        sa.PrimaryKeyConstraint("listing_id", "number", name=op.f("pk_revision")),
    )
    op.create_table(
        "claim",
        *noun(),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted_at", MOMENT, nullable=False),
        key("claim", "provider_id", "provider", "CASCADE"),
        key("claim", "account_id", "account", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint(
            "provider_id", "account_id", name=op.f("uq_claim_provider_id_account_id")
        ),
    )
    op.create_index("ix_claim_account_id", "claim", ["account_id"])
    op.create_table(
        "proposal",
        *noun(),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("scheme", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted_at", MOMENT, nullable=False),
        key("proposal", "provider_id", "provider", "CASCADE"),
        key("proposal", "account_id", "account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    for column in ("provider_id", "account_id"):
        op.create_index(f"ix_proposal_{column}", "proposal", [column])
    op.create_table(
        "council_trust",
        *noun(),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("providers", JSON, nullable=False),
        sa.Column("fields", JSON, nullable=False),
        key("council_trust", "council_id", "council", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_trust")),
        sa.UniqueConstraint("council_id", name=op.f("uq_council_trust_council_id")),
    )
    op.create_table(
        "notice",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        key("notice", "activity_id", "activity", "CASCADE"),
        sa.PrimaryKeyConstraint("activity_id", "confirmed_on", "number", name=op.f("pk_notice")),
        sa.UniqueConstraint("digest", name=op.f("uq_notice_digest")),
    )


def downgrade() -> None:
    for table in ("notice", "council_trust", "proposal", "claim", "revision", "listing"):
        op.drop_table(table)
