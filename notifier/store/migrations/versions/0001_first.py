"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Written out, not taken from notifier.store.schema: a migration never changes.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("per", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_as", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("within", sa.BigInteger(), nullable=True),
        sa.Column("call_count", sa.Integer(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("first_call_at", sa.BigInteger(), nullable=False),
        sa.Column("last_call_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("last_joined_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("dry_run", sa.Boolean(name="ck_alerts_dry_run"), nullable=False),
        sa.Column("wakes_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_alerts_ended",
        "alerts",
        ["ended_at"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_index(
        "ix_alerts_wakes",
        "alerts",
        ["wakes_at"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_alerts_active",
        "alerts",
        ["rule", "key"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "sources",
        sa.Column("id", ID, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("watermark", sa.BigInteger(), nullable=True),
        sa.Column("known_gap", sa.Integer(), nullable=True),
        sa.Column("gap_found_at", sa.BigInteger(), nullable=True),
        sa.Column("last_read_at", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_error_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account", "endpoint", name="uq_sources_account_endpoint"),
    )
    op.create_table(
        "calls",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("ident", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=True),
        sa.Column("extension", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("baseline", sa.Boolean(name="ck_calls_baseline"), nullable=False),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_calls_source"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id", "ident", name="uq_calls_source_ident"),
    )
    op.create_index("ix_calls_placed", "calls", ["placed_at"], unique=False)
    op.create_index("ix_calls_source_placed", "calls", ["source_id", "placed_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("alert_id", ID, nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("attempted_at", sa.BigInteger(), nullable=True),
        sa.Column("uncertain_since", sa.BigInteger(), nullable=True),
        sa.Column("plain", sa.Boolean(name="ck_outbox_plain"), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_outbox_alert", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("alert_id", "receiver", "recipient", "kind", "n", name="uq_outbox_once"),
    )
    op.create_index(
        "ix_outbox_dead",
        "outbox",
        ["finished_at"],
        unique=False,
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["receiver", "recipient", "next_at"],
        unique=False,
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "rejects",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=True),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_rejects_source"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id", "digest", name="uq_rejects_source_digest"),
    )
    op.create_index("ix_rejects_source_placed", "rejects", ["source_id", "placed_at"], unique=False)
    op.create_index("ix_rejects_stored", "rejects", ["stored_at"], unique=False)
    op.create_table(
        "told",
        sa.Column("alert_id", ID, nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("call_count", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("stale", sa.Boolean(name="ck_told_stale"), nullable=False),
        sa.Column("edit_at", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_told_alert", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alert_id", "receiver", "recipient"),
    )
    op.create_index(
        "ix_told_stale",
        "told",
        ["receiver", "recipient", "edit_at"],
        unique=False,
        sqlite_where=sa.text("stale = 1"),
        postgresql_where=sa.text("stale"),
    )
    op.create_table(
        "alert_calls",
        sa.Column("alert_id", ID, nullable=False),
        sa.Column("call_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_calls_alert", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_alert_calls_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alert_id", "call_id"),
    )
    op.create_index("ix_alert_calls_call", "alert_calls", ["call_id"], unique=False)
    op.create_table(
        "call_aliases",
        sa.Column("source_id", ID, nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("call_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_aliases_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_call_aliases_source"),
        sa.PrimaryKeyConstraint("source_id", "alias"),
    )
    op.create_index("ix_call_aliases_call", "call_aliases", ["call_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("call_id", ID, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("alert_id", ID, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_decisions_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_id", "rule"),
    )
