"""`outbox`: what is to be sent, and what became of it."""

from typing import Annotated

import typer

from notifier.cli.common import ConfigOption, JsonOption, LimitOption, look, read_config
from notifier.cli.once_each import OnceEach
from notifier.cli.outbox_change import drop, retry
from notifier.cli.parse import one_of
from notifier.cli.show import iso, print_json, print_table, when, whom
from notifier.cli.story_words import is_held
from notifier.cli.waits import Waits, waits
from notifier.clock import SystemClock
from notifier.store.database import Connection
from notifier.store.outbox import OutboxRow, RowState
from notifier.store.outbox_views import listing

app = typer.Typer(invoke_without_command=True)
app.command(cls=OnceEach)(retry)
app.command(cls=OnceEach)(drop)


def states(incomplete: str) -> list[str]:
    """For the shell: states that may be meant."""
    return [str(state) for state in RowState if state.startswith(incomplete)]


@app.callback()
def outbox(
    context: typer.Context,
    config: ConfigOption = None,
    state: Annotated[
        list[RowState] | None,
        typer.Option(
            metavar="STATE",
            parser=one_of(RowState),
            autocompletion=states,
            help="Only these; may be repeated: waiting, claimed (being sent), sent, dropped (no longer "
            "true), redirected (others were told instead), dead (given up), dry_run (would have been sent).",
        ),
    ] = None,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """Show notifications, newest first: sent, waiting (and why), dropped, redirected, dead.

    Off a terminal there is one line each, without a head, its columns divided by tabs: id, alert, kind of
    message, to whom, state, tries, since when (nothing where it is held), next try, reason.
    """
    if context.invoked_subcommand is not None:
        if config or state or json:
            after = f"write options after its name: notifier outbox {context.invoked_subcommand} …"
            raise typer.BadParameter(after, param_hint=context.invoked_subcommand)
        return
    loaded = read_config(config)
    now = SystemClock().now()

    def view(connection: Connection) -> tuple[list[OutboxRow], Waits]:
        found = listing(connection, state or None, limit)
        return found, waits(connection, loaded, found, now)

    rows, reasons = look(loaded, view)
    if json:
        print_json([_as_json(row, reasons) for row in rows])
        return
    print_table(
        ("id", "alert", "message", "to", "state", "tries", "since", "next try", "reason"),
        [_cells(row, reasons) for row in rows],
        "no such notifications" if state else "the outbox is empty: nothing was to be told yet",
    )


def _cells(row: OutboxRow, reasons: Waits) -> tuple[str, ...]:
    config, held, why = reasons.config, is_held(row, reasons.now), reasons.why(row)
    return (
        str(row.id),
        f"A{row.alert_id}",
        str(row.kind),
        whom(config, row.target) + ("" if row.via == "rule" else f" ({row.via})"),
        str(row.state),
        str(row.attempts),
        # When it was written down is not kept of what is held.
        "" if held else when(config, row.created_at, seconds=True),
        when(config, row.next_at, seconds=True) if row.state is RowState.WAITING else "",
        why if row.reason in why else f"{row.reason}; {why}".removesuffix("; "),
    )


def _as_json(row: OutboxRow, reasons: Waits) -> dict[str, object]:
    return {
        "id": row.id,
        "alert": row.alert_id,
        "kind": row.kind,
        "receiver": row.target.receiver,
        "recipient": row.target.recipient,
        "via": row.via,
        "state": row.state,
        "reason": row.reason,
        "attempts": row.attempts,
        "waits": reasons.why(row) or None,
        "held": is_held(row, reasons.now),
        "created_at": None if is_held(row, reasons.now) else iso(row.created_at),
        "next_at": iso(row.next_at) if row.state is RowState.WAITING else None,
    }
