"""Conditions of rules: each must be able to hold."""

from collections.abc import Iterator

from notifier.config.checks.people import extension_trouble
from notifier.config.forms import is_customer_prefix, is_extension_range
from notifier.config.meant import meant
from notifier.config.places import Finding, KeyPath
from notifier.config.rules import Match
from notifier.config.view import View


def conditions(view: View) -> Iterator[Finding]:
    """All conditions of all rules, those under `not` too."""
    for path, rule in view.rules.items():
        yield from _match(view, rule.match, (*path, "match"))


def _match(view: View, match: Match, path: KeyPath) -> Iterator[Finding]:
    yield from _empty(match, path)
    for index, extension in enumerate(match.extension):
        yield from _extension(view, extension, (*path, "extension", index))
    for index, account in enumerate(match.account):
        yield from _account(view, account, (*path, "account", index))
    yield from _teams(view, match, path)
    yield from _customers(match, path)
    yield from _leg(view, match, path)
    if match.not_ is not None:
        yield from _match(view, match.not_, (*path, "not"))


def _teams(view: View, match: Match, path: KeyPath) -> Iterator[Finding]:
    for index, team in enumerate(match.team):
        if team not in view.teams:
            hint = meant(team, view.teams) or "give an agent this `team:`"
            what, also = "no agent is in this team", view.of_agents("team")
            yield Finding((*path, "team", index), what, hint, also=also)


def _leg(view: View, match: Match, path: KeyPath) -> Iterator[Finding]:
    if match.leg is not None and not view.has_phones:
        what = "no agent has a phone, so every call to a number counts as one to the customer"
        hint, also = "give agents their `phone:`", view.of_agents("phone")
        yield Finding((*path, "leg"), what, hint, also=also)


def _customers(match: Match, path: KeyPath) -> Iterator[Finding]:
    for index, customer in enumerate(match.customer):
        if not is_customer_prefix(customer):
            hint = 'write its first digits, in quotes: "+9198"'
            yield Finding((*path, "customer", index), "not the beginning of a phone number", hint)


def _account(view: View, account: str, path: KeyPath) -> Iterator[Finding]:
    if account not in view.account_names:
        hint, also = meant(account, view.account_names), view.names_of_accounts
        yield Finding(path, "no such account", hint, also=also)


def _empty(match: Match, path: KeyPath) -> Iterator[Finding]:
    """What is empty would hold for every call, which nobody means who writes it."""
    for name in sorted(match.model_fields_set):
        value = getattr(match, name)
        if value == () or value is None:
            what = "an empty list" if value == () else "nothing stands here"
            hint = "name something, or remove the key for any"
            yield Finding((*path, Match.model_fields[name].alias or name), what, hint)
    if path[-1] == "not" and not match.model_fields_set:
        yield Finding(path, "it excludes every call", "give it a condition, or remove it")


def _extension(view: View, text: str, path: KeyPath) -> Iterator[Finding]:
    account, slash, extension = text.rpartition("/")
    if "-" not in extension:
        yield from extension_trouble(view, text, path, at_key=False)
    elif not is_extension_range(extension):
        hint = 'write the lower one first, both with as many digits: "200-219"'
        yield Finding(path, "not a range of extensions", hint)
    elif slash:
        yield from _account(view, account, path)
