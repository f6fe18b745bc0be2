"""Accounts, and how they are polled."""

from collections.abc import Iterator

from notifier.config.instants import start_instant
from notifier.config.network import url_trouble
from notifier.config.places import Finding, KeyPath
from notifier.config.values import MINUTE, duration_text
from notifier.config.view import View

_LONGEST_TIMEOUT = MINUTE  # a loop that shows no progress for longer is taken for stuck


def each_name_once(view: View) -> Iterator[Finding]:
    """An account's name is its identity in the store."""
    seen: set[str] = set()
    for path, account in view.accounts.items():
        if account.name in seen:
            yield Finding((*path, "name"), "another account has this name", "give each its own")
        seen.add(account.name)


def each_app_once(view: View) -> Iterator[Finding]:
    """The same app id twice would tell each call twice."""
    seen: dict[tuple[str, int], KeyPath] = {}
    for path, account in view.accounts.items():
        app = (account.region, account.app_id)
        if app in seen:
            yield Finding(
                (*path, "app_id"),
                "another account has this app id and region",
                "keep one of the two",
                also=((*path, "region"), (*seen[app], "region")),
            )
        seen.setdefault(app, path)


def countries(view: View) -> Iterator[Finding]:
    """Numbers are read by the rules of a country that is known."""
    written: list[tuple[KeyPath, str]] = [(("country",), view.country)]
    written += [((*path, "country"), account.country) for path, account in view.accounts.items()]
    given = [(path, country) for path, country in written if country]
    if not given:
        return
    from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415 - slow to import, and only needed here

    for path, country in given:
        if country not in SUPPORTED_REGIONS:
            upper = country.upper()
            hint = f"did you mean `{upper}`?" if upper in SUPPORTED_REGIONS else ""
            what = "not a country; write its two letters, like IN or AE"
            yield Finding(path, what, hint)


def base_urls(view: View) -> Iterator[Finding]:
    """The secret travels there."""
    for path, account in view.accounts.items():
        if account.base_url and (
            trouble := url_trouble(account.base_url, insecure=view.allow_insecure, bare=True)
        ):
            yield Finding((*path, "base_url"), *trouble)


def start_from(view: View) -> Iterator[Finding]:
    """It must be possible to tell where to begin."""
    try:
        start_instant(view.poll.start_from, 0)
    except ValueError as error:
        what, _, hint = str(error).partition("; ")
        yield Finding(("telecmi", "poll", "start_from"), what, hint)


def timeout(view: View) -> Iterator[Finding]:
    """A request that may hang for longer than this is as good as no time limit."""
    if view.poll.timeout > _LONGEST_TIMEOUT:
        hint = f"write {duration_text(_LONGEST_TIMEOUT)} or less; 15s is usual"
        yield Finding(("telecmi", "poll", "timeout"), "too long", hint)
