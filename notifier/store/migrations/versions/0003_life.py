"""What an alert lives through: reached, acknowledged, snoozed, escalated; silences and digests."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _columns()
    _events()
    _silences()
    _digests()


def _columns() -> None:
    op.add_column(
        "calls",
        sa.Column(
            "spurious", sa.Boolean(name="ck_calls_spurious"), nullable=False, server_default=sa.text("0")
        ),
    )
    op.add_column("calls", sa.Column("attempt", sa.Integer(), nullable=False, server_default=sa.text("1")))
    op.create_index("ix_calls_customer", "calls", ["customer", "placed_at"])
    for name in ("customer", "handled_by"):
        op.add_column("alerts", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column(
        "alerts",
        sa.Column(
            "follows_up",
            sa.Boolean(name="ck_alerts_follows_up"),
            nullable=False,
            server_default=sa.text("0"),
        ),
    )
    for name in ("open_since", "handled_at", "snoozed_until"):
        op.add_column("alerts", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in ("escalated", "reminded"):
        op.add_column("alerts", sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("told", sa.Column("standing", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.execute("UPDATE alerts SET open_since = opened_at WHERE state = 'open'")
    op.execute(
        """
        UPDATE alerts SET customer = (
            SELECT calls.customer FROM alert_calls JOIN calls ON calls.id = alert_calls.call_id
            WHERE alert_calls.alert_id = alerts.id ORDER BY calls.placed_at DESC LIMIT 1
        )
        WHERE ended_at IS NULL
            AND (per LIKE '%customer%' OR per LIKE '%call%')
            AND EXISTS (SELECT 1 FROM alert_calls WHERE alert_calls.alert_id = alerts.id)
        """
    )
    op.create_index(
        "ix_alerts_customer",
        "alerts",
        ["customer"],
        sqlite_where=sa.text("ended_at IS NULL AND customer <> ''"),
        postgresql_where=sa.text("ended_at IS NULL AND customer <> ''"),
    )


def _events() -> None:
    op.create_table(
        "alert_events",
        sa.Column("id", ID, nullable=False),
        sa.Column("alert_id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name="fk_alert_events_alert", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alert_events_alert", "alert_events", ["alert_id"])


def _silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", ID, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("rule", "account", "extension", "team", "customer")
        ),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_silences_ends", "silences", ["ends_at"])


def _digests() -> None:
    op.create_table(
        "digest_plans",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "digests",
        sa.Column("id", ID, nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("uncertain_since", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", "due_at", "receiver", "recipient", name="uq_digests_once"),
    )
    op.create_index(
        "ix_digests_waiting",
        "digests",
        ["next_at"],
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
