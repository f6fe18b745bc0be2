"""`rejects`: records of TeleCMI that could not be read."""

import json as json_text
from typing import Annotated

import typer

from notifier.cli.common import ConfigOption, JsonOption, LimitOption, look, read_config, require_account
from notifier.cli.rejects_retry import REJECT_ID, retry
from notifier.cli.show import MOST_COMPLAINED, iso, print_json, print_table, when
from notifier.errors import NotifierError
from notifier.host.masking import clean
from notifier.store.rejects import StoredReject, by_ids, listing

app = typer.Typer(invoke_without_command=True)
app.command()(retry)

LONGEST_SHOWN = 40_000
"""Characters of a record that are shown: of what is kept, all; laid out, it is longer."""


@app.callback()
def rejects(
    context: typer.Context,
    config: ConfigOption = None,
    account: Annotated[str, typer.Option(metavar="NAME", help="Only of this account.")] = "",
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """Show records of TeleCMI that could not be read, newest first, and why.

    Off a terminal there is one line each, without a head, its columns divided by tabs: id, account, when it
    was stored, when the call was placed, reason.
    """
    if context.invoked_subcommand is not None:
        if config or account or json:
            after = f"write options after its name: notifier rejects {context.invoked_subcommand} …"
            raise typer.BadParameter(after, param_hint=context.invoked_subcommand)
        return
    loaded = read_config(config)
    found = look(loaded, lambda connection: listing(connection, limit, account or None))
    if account and not found:
        require_account(loaded, account, "--account")
    if json:
        print_json([_as_json(one) for one in found])
        return
    print_table(
        ("id", "account", "stored", "placed", "reason"),
        [
            (
                str(one.id),
                one.account,
                when(loaded, one.stored_at, seconds=True),
                "unknown" if one.placed_at is None else when(loaded, one.placed_at, seconds=True),
                one.reason + (" (is to be read again)" if one.retry_at is not None else ""),
            )
            for one in found
        ],
        "no such records: all that TeleCMI listed could be read",
    )


@app.command()
def show(
    reject: Annotated[
        int, typer.Argument(metavar="ID", help="As `notifier rejects` shows it.", parser=REJECT_ID)
    ],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Show one record as TeleCMI gave it, and why it could not be read.

    It may hold a customer's whole number: mind where you paste it.
    """
    loaded = read_config(config)
    one = look(loaded, lambda connection: by_ids(connection, [reject])).get(reject)
    if one is None:
        raise NotifierError(f"{reject}: there is none with this id; `notifier rejects` lists them")
    if json:
        print_json(_as_json(one))
        return
    placed = "unknown" if one.placed_at is None else when(loaded, one.placed_at, seconds=True)
    print(f"account  {one.account}, {one.endpoint}")
    print(f"stored   {when(loaded, one.stored_at, seconds=True)}")
    print(f"placed   {placed}")
    print(f"reason   {clean(one.reason, limit=MOST_COMPLAINED, phones=False)}")
    if one.retry_at is not None:
        print(f"retry    asked for at {when(loaded, one.retry_at, seconds=True)}")
    if one.is_cut:
        print(f"record   too long: only its first {len(one.raw):,} characters are kept; it can't be retried")
    else:
        print("record")
    print(clean(_laid_out(one), limit=LONGEST_SHOWN, phones=False, lines=True))


def _laid_out(one: StoredReject) -> str:
    try:
        return json_text.dumps(json_text.loads(one.raw), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return one.raw


def _as_json(one: StoredReject) -> dict[str, object]:
    return {
        "id": one.id,
        "account": one.account,
        "endpoint": one.endpoint,
        "stored_at": iso(one.stored_at),
        "placed_at": iso(one.placed_at),
        "reason": one.reason,
        "raw": one.raw,
        "cut": one.is_cut,
        "retry_at": iso(one.retry_at),
    }
