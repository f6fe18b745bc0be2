"""`calls`: what was stored."""

from typing import Annotated

import typer

from notifier.cli.common import ConfigOption, JsonOption, LimitOption, look, read_config, require_account
from notifier.cli.parse import extension_of, last_digits
from notifier.cli.show import iso, person, print_json, print_table, when
from notifier.model import Endpoint, StoredCall
from notifier.store.database import Connection
from notifier.store.views import StoredDecision, Wanted, decisions_of, find_calls


def calls(
    config: ConfigOption = None,
    extension: Annotated[
        str, typer.Option(metavar="EXT", help="Only of this extension: 209, or main/209 with its account.")
    ] = "",
    number: Annotated[
        str,
        typer.Option(
            metavar="DIGITS",
            help="Only customers whose number ends with these 4 to 6 digits. Not more: every user of this "
            "machine can see what stands on a command line.",
        ),
    ] = "",
    answered: Annotated[
        bool, typer.Option("--answered", help="Those that were answered, instead of those that were missed.")
    ] = False,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """Show stored calls that were missed, newest first, with what the rules made of them.

    Off a terminal there is one line per call, without a head, its columns divided by tabs: time, agent,
    customer, name, what became of it, id.
    """
    account, ext = extension_of(extension, "--extension") if extension else (None, None)
    ends = last_digits(number, "--number") if number else None
    wanted = Wanted(account=account, extension=ext, customer_ends=ends, answered=answered)
    loaded = read_config(config)

    def view(connection: Connection) -> list[tuple[StoredCall, list[StoredDecision]]]:
        return [(one, decisions_of(connection, one.row)) for one in find_calls(connection, wanted, limit)]

    found = look(loaded, view)
    if account and not found:
        require_account(loaded, account, "--extension")
    if json:
        print_json([call_json(stored, decisions) for stored, decisions in found])
        return
    print_table(
        ("placed", "agent", "customer", "name", "what became of it", "id"),
        [
            (
                when(loaded, stored.call.placed_at, seconds=True),
                person(loaded, stored.call.agent),
                stored.call.customer,
                stored.call.name,
                ", ".join(map(told, decisions)) or _undecided(stored),
                stored.call.id,
            )
            for stored, decisions in found
        ],
        "no such calls; `notifier status` says when TeleCMI was read",
    )


def _undecided(stored: StoredCall) -> str:
    match stored.call.endpoint:
        case Endpoint.OUT_MISSED:
            return "no rule is about it"
        case Endpoint.OUT_ANSWERED:
            return "the customer answered"
        case Endpoint.IN_ANSWERED:
            return "the customer called, and was answered"


def told(decision: StoredDecision) -> str:
    """A decision in few words: "not-reached: opened A12"."""
    alert = f" A{decision.alert_id}" if decision.alert_id is not None else ""
    return f"{decision.rule}: {decision.reason.replace('_', ' ')}{alert}"


def call_json(stored: StoredCall, decisions: list[StoredDecision]) -> dict[str, object]:
    """A call and what was decided of it, for programs."""
    call = stored.call
    return {
        "id": call.id,
        "second_id": call.alias,
        "account": call.account,
        "extension": call.extension,
        "customer": call.customer,
        "name": call.name,
        "placed_at": iso(call.placed_at),
        "endpoint": call.endpoint,
        "baseline": stored.baseline,
        "spurious": stored.spurious,
        "attempt": stored.attempt,
        "decisions": [{"rule": one.rule, "reason": one.reason, "alert": one.alert_id} for one in decisions],
    }
