"""The tables. Times are UTC ms; what is null is unknown or does not apply."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

# SQLite numbers rows by itself only where the key is exactly INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

# Conditions of indexes are SQLite's alone, unlike in the migrations: naming PostgreSQL's, too, would load its
# dialect into every daemon.
metadata = MetaData()

sources = Table(
    "sources",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("started_at", BigInteger),  # calls from before are baseline; null until the first read
    Column("watermark", BigInteger),  # when the last complete read began
    Column("known_gap", Integer),  # ids that TeleCMI counts and a full read did not bring
    Column("gap_found_at", BigInteger),
    Column("last_read_at", BigInteger),
    Column("last_error", Text),
    Column("last_error_at", BigInteger),
    # What the last comparison over `reconcile.window` found; null before the first.
    Column("compared_at", BigInteger),
    Column("compared_since", BigInteger),  # where the window began
    Column("counted", Integer),  # by TeleCMI; null where it gave no count
    Column("held", Integer),  # here
    Column("agreed_at", BigInteger),  # when both were last the same
    UniqueConstraint("account", "endpoint", name="uq_sources_account_endpoint"),
)

calls = Table(
    "calls",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", Id, ForeignKey("sources.id", name="fk_calls_source"), nullable=False),
    Column("ident", Text, nullable=False),
    Column("alias", Text),
    Column("extension", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("placed_at", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("baseline", Boolean(name="ck_calls_baseline"), nullable=False),
    Column("stored_at", BigInteger, nullable=False),
    Column("spurious", Boolean(name="ck_calls_spurious"), nullable=False, server_default=text("0")),
    Column("attempt", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("source_id", "ident", name="uq_calls_source_ident"),
    Index("ix_calls_source_placed", "source_id", "placed_at"),
    Index("ix_calls_placed", "placed_at"),
    Index("ix_calls_customer", "customer", "placed_at"),
)

aliases = Table(
    "call_aliases",
    metadata,
    Column("source_id", Id, ForeignKey("sources.id", name="fk_call_aliases_source"), primary_key=True),
    Column("alias", Text, primary_key=True),
    Column(
        "call_id", Id, ForeignKey("calls.id", ondelete="CASCADE", name="fk_call_aliases_call"), nullable=False
    ),
    Index("ix_call_aliases_call", "call_id"),
)

rejects = Table(
    "rejects",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", Id, ForeignKey("sources.id", name="fk_rejects_source"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("placed_at", BigInteger),
    Column("stored_at", BigInteger, nullable=False),
    Column("retry_at", BigInteger),  # when a person asked to read it once more; null once that was done
    UniqueConstraint("source_id", "digest", name="uq_rejects_source_digest"),
    Index("ix_rejects_source_placed", "source_id", "placed_at"),
    Index("ix_rejects_stored", "stored_at"),
    Index(
        "ix_rejects_retry",
        "source_id",
        sqlite_where=text("retry_at IS NOT NULL"),
    ),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("uid", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("per", Text, nullable=False),  # comma between dimensions
    Column("state", Text, nullable=False),
    Column("ended_as", Text),
    Column("severity", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("within", BigInteger),
    Column("call_count", Integer, nullable=False),
    Column("agent", Text, nullable=False),
    Column("first_call_at", BigInteger, nullable=False),
    Column("last_call_at", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("last_joined_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("version", Integer, nullable=False),
    Column("dry_run", Boolean(name="ck_alerts_dry_run"), nullable=False),
    Column("wakes_at", BigInteger),  # when time alone may change it; null once it has ended
    Column("customer", Text, nullable=False, server_default=text("''")),
    Column("follows_up", Boolean(name="ck_alerts_follows_up"), nullable=False, server_default=text("0")),
    Column("open_since", BigInteger),
    Column("escalated", Integer, nullable=False, server_default=text("0")),
    Column("reminded", Integer, nullable=False, server_default=text("0")),
    Column("handled_by", Text, nullable=False, server_default=text("''")),
    Column("handled_at", BigInteger),
    Column("snoozed_until", BigInteger),
    # At most one alert is active per rule and key, whoever writes.
    Index(
        "uq_alerts_active",
        "rule",
        "key",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
    ),
    Index(
        "ix_alerts_wakes",
        "wakes_at",
        sqlite_where=text("ended_at IS NULL"),
    ),
    Index(
        "ix_alerts_customer",
        "customer",
        sqlite_where=text("ended_at IS NULL AND customer <> ''"),
    ),
    # Partial, so that nothing about the active ones is ever looked up here.
    Index(
        "ix_alerts_ended",
        "ended_at",
        sqlite_where=text("ended_at IS NOT NULL"),
    ),
)

alert_events = Table(
    "alert_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "alert_id",
        Id,
        ForeignKey("alerts.id", ondelete="CASCADE", name="fk_alert_events_alert"),
        nullable=False,
    ),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("until", BigInteger),
    Index("ix_alert_events_alert", "alert_id"),
)

silences = Table(
    "silences",
    metadata,
    Column("id", Id, primary_key=True),
    # What it is about; null: anything. What is given must all hold.
    Column("rule", Text),
    Column("account", Text),
    Column("extension", Text),
    Column("team", Text),
    Column("customer", Text),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger),  # null: until somebody ends it
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),  # when a person ended it before its time
    Column("ended_by", Text, nullable=False, server_default=text("''")),
    Index("ix_silences_ends", "ends_at"),
)

digest_plans = Table(
    "digest_plans",
    metadata,
    Column("name", Text, primary_key=True),
    Column("schedule", Text, nullable=False),  # when it is due, in words that are equal for equal ones
    Column("since", BigInteger, nullable=False),  # what was due until then is done with
)

digests = Table(
    "digests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("delivery_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),  # the instant that it is about
    Column("receiver", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("state", Text, nullable=False),  # as of the outbox's rows
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("uncertain_since", BigInteger),
    Column("finished_at", BigInteger),
    UniqueConstraint("name", "due_at", "receiver", "recipient", name="uq_digests_once"),
    Index(
        "ix_digests_waiting",
        "next_at",
        sqlite_where=text("finished_at IS NULL"),
    ),
)

alert_calls = Table(
    "alert_calls",
    metadata,
    Column(
        "alert_id",
        Id,
        ForeignKey("alerts.id", ondelete="CASCADE", name="fk_alert_calls_alert"),
        primary_key=True,
    ),
    Column(
        "call_id",
        Id,
        ForeignKey("calls.id", ondelete="CASCADE", name="fk_alert_calls_call"),
        primary_key=True,
    ),
    Index("ix_alert_calls_call", "call_id"),
)

decisions = Table(
    "decisions",
    metadata,
    Column(
        "call_id",
        Id,
        ForeignKey("calls.id", ondelete="CASCADE", name="fk_decisions_call"),
        primary_key=True,
    ),
    Column("rule", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("alert_id", Id),
    Column("decided_at", BigInteger, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("delivery_id", Text, nullable=False),
    Column(
        "alert_id", Id, ForeignKey("alerts.id", ondelete="CASCADE", name="fk_outbox_alert"), nullable=False
    ),
    Column("receiver", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("n", Integer, nullable=False),
    Column("via", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("claimed_by", Text),  # the boot id of the process that sends it
    Column("attempted_at", BigInteger),  # of the last attempt, written before the request
    Column("uncertain_since", BigInteger),  # first attempt that may have arrived without our knowing
    Column("plain", Boolean(name="ck_outbox_plain"), nullable=False),
    Column("finished_at", BigInteger),
    Column("gathered_as", Text),  # stale | held: to be told in a summary; null: only where many are due
    Column("waits_for", BigInteger),  # the source whose backlog is to be read first; null where none is
    # Which message of a summary it is told in; null: in one of its own.
    Column("batch", Text),
    Column("part", Integer),
    Column("parts", Integer),
    UniqueConstraint("alert_id", "receiver", "recipient", "kind", "n", name="uq_outbox_once"),
    Index(
        "ix_outbox_waiting",
        "receiver",
        "recipient",
        "next_at",
        sqlite_where=text("finished_at IS NULL"),
    ),
    Index(
        "ix_outbox_dead",
        "finished_at",
        sqlite_where=text("state = 'dead'"),
    ),
)

told = Table(
    "told",
    metadata,
    Column(
        "alert_id",
        Id,
        ForeignKey("alerts.id", ondelete="CASCADE", name="fk_told_alert"),
        primary_key=True,
    ),
    Column("receiver", Text, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("receipt", Text, nullable=False),
    Column("version", Integer, nullable=False),  # of the alert, as the target knows it
    Column("call_count", Integer, nullable=False),  # likewise
    Column("told_at", BigInteger, nullable=False),
    Column("stale", Boolean(name="ck_told_stale"), nullable=False),  # the alert has changed since
    Column("edit_at", BigInteger, nullable=False),  # not to be edited before
    Column("failures", Integer, nullable=False),  # edits that failed in a row
    # How the alert stands, as the target knows it; "" for how it opened.
    Column("standing", Text, nullable=False, server_default=text("''")),
    Index(
        "ix_told_stale",
        "receiver",
        "recipient",
        "edit_at",
        # As SQLAlchemy writes the condition for SQLite; written otherwise, the index would not be used.
        sqlite_where=text("stale = 1"),
    ),
)

threads = Table(
    "threads",
    metadata,
    Column(
        "alert_id",
        Id,
        ForeignKey("alerts.id", ondelete="CASCADE", name="fk_threads_alert"),
        primary_key=True,
    ),
    Column("receiver", Text, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("receipt", Text, nullable=False),  # of the message that the thread is beneath
    # What that message and the replies beneath it tell of the alert.
    Column("events", Integer, nullable=False),  # so many lines of its story
    Column("calls", BigInteger, nullable=False),  # the row of the last call that is listed; 0: none is
    Column("level", Integer, nullable=False),
    # Likewise with a reply that was tried, and may be there without our knowing; null where there is none.
    Column("tried_at", BigInteger),
    Column("tried_events", Integer),
    Column("tried_calls", BigInteger),
    Column("tried_level", Integer),
    Column("reply_at", BigInteger),  # when to reply, or to try again; null where nothing is to be said
    Column("failures", Integer, nullable=False),  # replies that failed in a row
    Index(
        "ix_threads_due",
        "receiver",
        "recipient",
        "reply_at",
        sqlite_where=text("reply_at IS NOT NULL"),
    ),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("uid", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("cleared_at", BigInteger),
    # At most one is raised per kind and subject, whoever writes.
    Index(
        "uq_notices_raised",
        "kind",
        "subject",
        unique=True,
        sqlite_where=text("cleared_at IS NULL"),
    ),
    Index("ix_notices_cleared", "cleared_at"),
)

notice_tellings = Table(
    "notice_tellings",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "notice_id",
        Id,
        ForeignKey("notices.id", ondelete="CASCADE", name="fk_notice_tellings_notice"),
        nullable=False,
    ),
    Column("receiver", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("phase", Text, nullable=False),  # raised | cleared
    Column("delivery_id", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting | claimed | sent | dropped | dead
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("uncertain_since", BigInteger),  # first attempt that may have arrived without our knowing
    Column("finished_at", BigInteger),
    UniqueConstraint("notice_id", "receiver", "recipient", "phase", name="uq_notice_tellings_once"),
    Index(
        "ix_notice_tellings_waiting",
        "next_at",
        sqlite_where=text("finished_at IS NULL"),
    ),
)
