"""Agents: at which extension, with which addresses and phones."""

from collections.abc import Iterator

from notifier.config.forms import is_address, is_e164, is_extension, is_slack_person
from notifier.config.meant import meant
from notifier.config.places import Finding, KeyPath
from notifier.config.view import View


def agent_keys(view: View) -> Iterator[Finding]:
    """An agent is found by extension, or by account and extension."""
    for key in view.agents:
        yield from extension_trouble(view, key, ("agents", key), at_key=True)


def extension_trouble(view: View, key: str, path: KeyPath, *, at_key: bool) -> Iterator[Finding]:
    """What is wrong with "209" or "main/209"."""
    account, slash, extension = key.rpartition("/")
    if not is_extension(extension):
        what = "not an extension"
        yield Finding(path, what, 'write its digits, "209", or with its account, "main/209"', at_key=at_key)
    elif slash and account not in view.account_names:
        hint, also = meant(account, view.account_names), view.names_of_accounts
        yield Finding(path, "no such account", hint, at_key=at_key, also=also)


def agent_addresses(view: View) -> Iterator[Finding]:
    """Addresses must be able to work."""
    for key, agent in view.agents.items():
        path = ("agents", key)
        if agent.slack and not is_slack_person(agent.slack):
            hint = "write a member id like U012AB3CD, or the e-mail address they have in Slack"
            yield Finding((*path, "slack"), "not a Slack user", hint)
        if agent.email and not is_address(agent.email):
            hint = "write one address, like agent209@example.com"
            yield Finding((*path, "email"), "not an e-mail address", hint)


def agent_phones(view: View) -> Iterator[Finding]:
    """A call is told by its number: as it would be dialled from anywhere, and one person's alone."""
    seen: set[str] = set()
    for key, agent in view.agents.items():
        here = ("agents", key, "phone")
        if not agent.phone:
            continue
        if not is_e164(agent.phone):
            hint = 'begin with + and the country code, in quotes: "+919812345678"'
            yield Finding(here, "not a phone number in E.164", hint)
        elif not _is_possible(agent.phone):
            yield Finding(here, "no such phone number", "is a digit missing, or one too many?")
        elif agent.phone in seen:
            yield Finding(here, "another agent has this phone", "keep it at one of them: that is enough")
        seen.add(agent.phone)


def _is_possible(phone: str) -> bool:
    import phonenumbers  # noqa: PLC0415 - slow to import, and only needed here

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return False
