"""The accounts: who signs in, what they may do, what they did, and the mail to them."""

import sqlalchemy as sa
from alembic import op

import app.database

revision = "the_accounts"
down_revision = "the_catalogue"
branch_labels = None
depends_on = None


# The log of who did what is only ever added to, whatever the code above it does.
REFUSALS = {
    "sqlite": [
        f"""CREATE TRIGGER audit_entry_{what} BEFORE {what} ON audit_entry
            BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"""
        for what in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$""",
        """CREATE TRIGGER audit_entry_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    ],
}


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=False),
        sa.Column("disabled_at", app.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "allowance",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("began_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_allowance")),
    )
    op.create_index("ix_allowance_began_at", "allowance", ["began_at"])

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=8), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("as_officer", sa.Boolean(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=True),
        sa.Column("details", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_actor_id", "audit_entry", ["actor_id"])
    op.create_index("ix_audit_entry_council", "audit_entry", ["council_id", "at"])
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject_kind", "subject_id", "id"])

    op.create_table(
        "idempotency",
        sa.Column("principal", sa.String(length=48), nullable=False),
        sa.Column("operation", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("body_digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("principal", "operation", "key", name=op.f("pk_idempotency")),
    )
    op.create_index("ix_idempotency_at", "idempotency", ["at"])

    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_at", app.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", app.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lapses", sa.Integer(), nullable=False),
        sa.Column("sent_at", app.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
    )
    op.create_index("ix_letter_due", "letter", ["sent_at", "due_at"])
    op.create_index("ix_letter_recipient", "letter", ["recipient"])

    op.create_table(
        "mailed_link",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("expires_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", app.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_mailed_link_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_mailed_link")),
    )
    op.create_index("ix_mailed_link_account_id", "mailed_link", ["account_id"])
    op.create_index("ix_mailed_link_email", "mailed_link", ["email"])

    op.create_table(
        "sign_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", app.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=16), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_sign_in_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
    )
    op.create_index("ix_sign_in_origin", "sign_in", ["account_id", "origin"])

    op.create_table(
        "client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("scopes", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["council_id"],
            ["council.id"],
            name=op.f("fk_client_council_id_council"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
    )
    op.create_index("ix_client_council_id", "client", ["council_id"])

    op.create_table(
        "council_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_council_member_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["council_id"],
            ["council.id"],
            name=op.f("fk_council_member_council_id_council"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_member")),
        sa.UniqueConstraint(
            "account_id", "council_id", name=op.f("uq_council_member_account_id_council_id")
        ),
    )
    op.create_index("ix_council_member_council_id", "council_member", ["council_id"])

    op.create_table(
        "refresh_token",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", app.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["sign_in_id"],
            ["sign_in.id"],
            name=op.f("fk_refresh_token_sign_in_id_sign_in"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_refresh_token")),
    )
    op.create_index("ix_refresh_token_sign_in_id", "refresh_token", ["sign_in_id"])

    op.create_table(
        "client_secret",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", app.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_client_secret_client_id_client"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_secret")),
        sa.UniqueConstraint("digest", name=op.f("uq_client_secret_digest")),
    )
    op.create_index("ix_client_secret_client_id", "client_secret", ["client_id"])

    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("council_id", sa.Uuid(), nullable=True),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", app.database.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(provider_id IS NULL) <> (council_id IS NULL)", name=op.f("ck_invitation_one_of_two")
        ),
        sa.ForeignKeyConstraint(
            ["council_id"],
            ["council.id"],
            name=op.f("fk_invitation_council_id_council"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"],
            ["account.id"],
            name=op.f("fk_invitation_invited_by_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["provider.id"],
            name=op.f("fk_invitation_provider_id_provider"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("digest", name=op.f("uq_invitation_digest")),
    )
    op.create_index("ix_invitation_council_id", "invitation", ["council_id"])
    op.create_index("ix_invitation_email", "invitation", ["email"])
    op.create_index("ix_invitation_invited_by", "invitation", ["invited_by"])
    op.create_index("ix_invitation_provider_id", "invitation", ["provider_id"])

    op.create_table(
        "provider_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", app.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_provider_member_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["provider.id"],
            name=op.f("fk_provider_member_provider_id_provider"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_member")),
        sa.UniqueConstraint(
            "account_id", "provider_id", name=op.f("uq_provider_member_account_id_provider_id")
        ),
    )
    op.create_index("ix_provider_member_provider_id", "provider_member", ["provider_id"])

    for statement in REFUSALS[op.get_context().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "provider_member",
        "invitation",
        "client_secret",
        "refresh_token",
        "council_member",
        "client",
        "sign_in",
        "mailed_link",
        "letter",
        "idempotency",
        "audit_entry",
        "allowance",
        "account",
    ):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
