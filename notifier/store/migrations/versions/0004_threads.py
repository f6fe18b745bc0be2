"""What the threads beneath messages tell of an alert."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # None for messages that were sent before: their threads begin when they are next brought up to date.
    op.create_table(
        "threads",
        sa.Column("alert_id", ID, nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("tried_events", sa.Integer(), nullable=True),
        sa.Column("tried_calls", sa.BigInteger(), nullable=True),
        sa.Column("tried_level", sa.Integer(), nullable=True),
        sa.Column("reply_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_threads_alert", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alert_id", "receiver", "recipient"),
    )
    op.create_index(
        "ix_threads_due",
        "threads",
        ["receiver", "recipient", "reply_at"],
        sqlite_where=sa.text("reply_at IS NOT NULL"),
        postgresql_where=sa.text("reply_at IS NOT NULL"),
    )
