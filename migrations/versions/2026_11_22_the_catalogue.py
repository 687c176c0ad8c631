"""The catalogue: councils, providers, venues, activities, and the clock of their changes."""

import sqlalchemy as sa
from alembic import op

import app.database
import migrations

revision = "the_catalogue"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gss", sa.String(length=9), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("tier", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_gss", sa.String(length=9), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("gss", name=op.f("uq_area_gss")),
    )
    op.create_table(
        "catalogue_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_catalogue_clock_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_clock")),
    )
    op.execute(
        sa.text(
            "INSERT INTO catalogue_clock (id, sequence, epoch) VALUES (1, 0, :epoch)"
        ).bindparams(epoch=migrations.new_epoch())
    )
    op.create_table(
        "change",
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("change", sa.String(length=8), nullable=False),
        sa.Column("replaced_by", sa.String(length=64), nullable=True),
        sa.Column("digest", sa.String(length=32), nullable=True),
        sa.Column("at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence", "position", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_subject"), "change", ["subject"], unique=False)

    op.create_table(
        "area_outcode",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("outcode", sa.String(length=4), nullable=False),
        sa.Column("share", sa.Float(), nullable=True),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_area_outcode_share")),
        sa.ForeignKeyConstraint(
            ["area_id"], ["area.id"], name=op.f("fk_area_outcode_area_id_area"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("area_id", "outcode", name=op.f("pk_area_outcode")),
    )
    op.create_index(op.f("ix_area_outcode_outcode"), "area_outcode", ["outcode"], unique=False)

    op.create_table(
        "council",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "sort_name",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("served", sa.Boolean(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_council_area_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council")),
        sa.UniqueConstraint("area_id", name=op.f("uq_council_area_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_council_slug")),
    )
    op.create_table(
        "provider",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=True),
        sa.Column("source_id", sa.String(length=300), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "sort_name",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("easy_read", sa.Text(), nullable=True),
        sa.Column("legal_form", sa.String(length=32), nullable=True),
        sa.Column("charity_number", sa.String(length=16), nullable=True),
        sa.Column("company_number", sa.String(length=8), nullable=True),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("contacts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["council_id"], ["council.id"], name=op.f("fk_provider_council_id_council")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider")),
        sa.UniqueConstraint("slug", name=op.f("uq_provider_slug")),
        sa.UniqueConstraint("source", "source_id", name=op.f("uq_provider_source_source_id")),
    )
    op.create_index(op.f("ix_provider_council_id"), "provider", ["council_id"], unique=False)
    op.create_index(op.f("ix_provider_sort_name"), "provider", ["sort_name"], unique=False)

    op.create_table(
        "activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=True),
        sa.Column("source_id", sa.String(length=300), nullable=True),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "sort_name",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("easy_read", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("how_to_start_note", sa.Text(), nullable=True),
        sa.Column("open_to", sa.String(length=40), nullable=True),
        sa.Column("minimum_age", sa.Integer(), nullable=True),
        sa.Column("maximum_age", sa.Integer(), nullable=True),
        sa.Column("policies", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("contacts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("capacity", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("alert", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("closure", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("declarations", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("contracts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("hidden_from", sa.Date(), nullable=True),
        sa.Column("published_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", app.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.id"], name=op.f("fk_activity_provider_id_provider")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("slug", name=op.f("uq_activity_slug")),
        sa.UniqueConstraint("source", "source_id", name=op.f("uq_activity_source_source_id")),
    )
    op.create_index(op.f("ix_activity_confirmed_on"), "activity", ["confirmed_on"], unique=False)
    op.create_index("ix_activity_live", "activity", ["status", "sort_name", "id"], unique=False)
    op.create_index(op.f("ix_activity_provider_id"), "activity", ["provider_id"], unique=False)

    op.create_table(
        "venue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=True),
        sa.Column("source_id", sa.String(length=300), nullable=True),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address_lines", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("town", sa.String(length=120), nullable=False),
        sa.Column("county", sa.String(length=120), nullable=True),
        sa.Column("postcode", sa.String(length=8), nullable=False),
        sa.Column("uprn", sa.String(length=12), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("shows", sa.String(length=8), nullable=False),
        sa.Column("directions", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.id"], name=op.f("fk_venue_provider_id_provider")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
        sa.UniqueConstraint("slug", name=op.f("uq_venue_slug")),
        sa.UniqueConstraint("source", "source_id", name=op.f("uq_venue_source_source_id")),
    )
    op.create_index(op.f("ix_venue_provider_id"), "venue", ["provider_id"], unique=False)

    op.create_table(
        "activity_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=True),
        sa.Column("place", sa.String(length=12), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("repeats", sa.String(length=12), nullable=False),
        sa.Column("day", sa.String(length=3), nullable=True),
        sa.Column("week_of", sa.Date(), nullable=True),
        sa.Column("nth", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("dates", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=False),
        sa.Column("term_time_only", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("bank_holidays", sa.String(length=20), nullable=True),
        sa.Column("ratio_staff", sa.Integer(), nullable=True),
        sa.Column("ratio_people", sa.Integer(), nullable=True),
        sa.Column("group_minimum", sa.Integer(), nullable=True),
        sa.Column("group_maximum", sa.Integer(), nullable=True),
        sa.Column("capacity_status", sa.String(length=16), nullable=True),
        sa.Column("capacity_places", sa.Integer(), nullable=True),
        sa.Column("capacity_as_of", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_activity_session_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["venue_id"], ["venue.id"], name=op.f("fk_activity_session_venue_id_venue")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_session")),
    )
    op.create_index(
        op.f("ix_activity_session_activity_id"), "activity_session", ["activity_id"], unique=False
    )
    op.create_index(
        op.f("ix_activity_session_venue_id"), "activity_session", ["venue_id"], unique=False
    )

    op.create_table(
        "activity_term",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_activity_term_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("activity_id", "scheme", "code", name=op.f("pk_activity_term")),
    )
    op.create_index(
        "ix_activity_term_code", "activity_term", ["scheme", "code", "activity_id"], unique=False
    )

    op.create_table(
        "price",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=True),
        sa.Column("payer", sa.String(length=16), nullable=False),
        sa.Column("session_ids", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("weeks_per_year", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_price_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price")),
    )
    op.create_index(op.f("ix_price_activity_id"), "price", ["activity_id"], unique=False)

    op.create_table(
        "served_area",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("gss", sa.String(length=9), nullable=True),
        sa.Column("outcodes", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("miles", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_served_area_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("activity_id", "purpose", "position", name=op.f("pk_served_area")),
    )
    op.create_index(op.f("ix_served_area_gss"), "served_area", ["gss"], unique=False)

    op.create_table(
        "venue_feature",
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["venue_id"],
            ["venue.id"],
            name=op.f("fk_venue_feature_venue_id_venue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("venue_id", "code", name=op.f("pk_venue_feature")),
    )
    op.create_table(
        "price_part",
        sa.Column("price_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("amount_pence", sa.Integer(), nullable=True),
        sa.Column("required", sa.String(length=12), nullable=False),
        sa.Column("ratio_staff", sa.Integer(), nullable=True),
        sa.Column("ratio_people", sa.Integer(), nullable=True),
        sa.Column("ratio_effect", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(
            ["price_id"],
            ["price.id"],
            name=op.f("fk_price_part_price_id_price"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("price_id", "position", name=op.f("pk_price_part")),
    )


def downgrade() -> None:
    for table in (
        "price_part",
        "venue_feature",
        "served_area",
        "price",
        "activity_term",
        "activity_session",
        "venue",
        "activity",
        "provider",
        "council",
        "area_outcode",
        "change",
        "catalogue_clock",
        "area",
    ):
        op.drop_table(table)
