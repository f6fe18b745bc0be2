"""What a silence is to be about, as it is written on the command line: every name must be known."""

from dataclasses import dataclass

import typer

from notifier.cli.common import look
from notifier.cli.parse import extension_of, one_number, only_digits
from notifier.cli.show import harmless
from notifier.config import Config
from notifier.config.forms import is_e164
from notifier.config.meant import meant_or_listed
from notifier.model import masked
from notifier.store.views import Wanted, customers_ending, find_calls
from notifier.telecmi.numbers import customer as customer_of

MOST_NUMBERS = 10
"""Numbers that are listed."""


@dataclass(frozen=True, slots=True)
class About:
    """What must hold of an alert; None is anything."""

    rule: str | None = None
    account: str | None = None
    extension: str | None = None
    team: str | None = None
    customer: str | None = None
    remarks: tuple[str, ...] = ()  # what whoever asked may not have meant


def about_of(
    config: Config, *, rule: str, account: str, extension: str, team: str, customer: str, everything: bool
) -> About:
    """Find what is meant by the options; each is "" where it was not given.

    Raises:
        typer.BadParameter: one is unknown, or they contradict each other, or nothing was said.
        StoreError: it had to be asked, and can't be read.
    """
    narrower = any((rule, account, extension, team, customer))
    if everything and narrower:
        what = "it is about all alerts already: say it, or what it is about, one of the two"
        raise typer.BadParameter(what, param_hint="--everything")
    if not everything and not narrower:
        what = "say what it is about (--rule, --extension, --team, --customer, --account), or --everything"
        raise typer.BadParameter(what, param_hint="--everything")
    _known(rule, {one.name for one in config.rules}, "--rule")
    _known(account, {one.name for one in config.telecmi.accounts}, "--account")
    _known(team, {one.team for one in config.agents.values() if one.team}, "--team")
    remarks: list[str] = []
    where, digits = _extension(config, extension, remarks) if extension else (None, None)
    if where and account and where != account:
        raise typer.BadParameter("it is of another account than --account says", param_hint="--extension")
    return About(
        rule=rule or None,
        account=account or where,
        extension=digits,
        team=team or None,
        customer=_customer(config, customer, remarks) if customer else None,
        remarks=tuple(remarks),
    )


def _known(name: str, names: set[str], where: str) -> None:
    if name and name not in names:
        raise typer.BadParameter(_unknown(f"no such {where[2:]}", name, names), param_hint=where)


def _unknown(what: str, name: str, names: set[str]) -> str:
    hint = meant_or_listed(name, names)
    return f"{what}: {harmless(name)}" + (f"; {hint}" if hint else "")


def _extension(config: Config, text: str, remarks: list[str]) -> tuple[str | None, str]:
    account, extension = extension_of(text, "--extension")
    if account:
        _known(account, {one.name for one in config.telecmi.accounts}, "--account")
    known = {key.rpartition("/")[2] for key in config.agents}
    if extension not in known:
        # Nobody need be in the configuration to be called by.
        wanted = Wanted(account=account, extension=extension, answered=None)
        if not look(config, lambda connection: find_calls(connection, wanted, 1)):
            # Nor by: a new one may be tried out.
            remarks.append(
                _unknown("note: no agent has this extension, and no stored call is of it", extension, known)
            )
    return account, extension


def _customer(config: Config, text: str, remarks: list[str]) -> str:
    text = one_number(text, "--customer")
    digits = only_digits(text)
    found = look(config, lambda connection: customers_ending(connection, digits, MOST_NUMBERS + 1))
    if not found:
        if text.startswith("+") and is_e164(f"+{digits}"):
            remarks.append("note: no stored call is to this number yet")
            # As a call to it would have it.
            return customer_of(f"+{digits}", config.country)
        what = (
            "no stored call is to a number with this ending; one that was never called is written whole, "
            "with + and the country's code: `--customer -` asks for it"
        )
        raise typer.BadParameter(what, param_hint="--customer")
    if len(found) > 1:
        rest = ", …" if len(found) > MOST_NUMBERS else ""
        names = ", ".join(harmless(masked(one)) for one in found[:MOST_NUMBERS])
        what = f"several numbers end so: {names}{rest}; give more digits: `--customer -` asks for them"
        raise typer.BadParameter(what, param_hint="--customer")
    return found[0]
