"""The sections that stand alone: reconcile, store, Slack, e-mail, web, delivery; and that there is a rule."""

from collections.abc import Iterator

from notifier.config.forms import is_sender, is_slack_group, is_slack_person
from notifier.config.network import is_host, is_loopback, listen_address, url_trouble
from notifier.config.places import Finding, KeyPath
from notifier.config.schema import AGENTS, ANSWERED_OVERLAP, ANYONE
from notifier.config.store import url_fault
from notifier.config.values import DAY, duration_text
from notifier.config.view import View


def some_rule(view: View) -> Iterator[Finding]:
    """Without one the daemon would be silent for ever."""
    if not view.has_rules:
        hint = "add one with `name:`, `per:` and `notify:`"
        yield Finding(("rules",), "there is no rule, so nothing would ever be told", hint)


def slack(view: View) -> Iterator[Finding]:
    """The bot's token travels there."""
    if view.slack is not None and (
        trouble := url_trouble(view.slack.base_url, insecure=view.allow_insecure, bare=True)
    ):
        yield Finding(("slack", "base_url"), *trouble)


def actions(view: View) -> Iterator[Finding]:
    """Who may press a button must be somebody."""
    for index, who in enumerate(view.actions.allowed):
        if who not in {ANYONE, AGENTS} and not is_slack_person(who) and not is_slack_group(who):
            hint = (
                f"write {ANYONE}, {AGENTS}, a member id (U…), a user group's id (S…) or an address in Slack"
            )
            yield Finding(("actions", "allowed", index), "nobody is called so", hint)


def email(view: View) -> Iterator[Finding]:
    """A server that can be reached and logged into without giving secrets away."""
    settings = view.email
    if settings is None:
        return
    if not is_host(settings.host):
        yield Finding(
            ("email", "host"), "not a host", "write its name or IP address; the port has its own key"
        )
    if settings.security == "none" and not view.allow_insecure and not is_loopback(settings.host):
        hint = "write starttls or tls, or `allow_insecure: true` at the top level"
        yield Finding(("email", "security"), "mail in clear beyond this machine", hint)
    if bool(settings.username) != (settings.password is not None):
        present, absent = ("username", "password") if settings.username else ("password", "username")
        yield Finding(("email", absent), f"is missing, and there is a {present}", "give both or neither")
    if not is_sender(settings.sender):
        hint = 'write one, like "Missed calls <calls@example.com>"; a name with a comma needs its own quotes'
        yield Finding(("email", "sender"), "not exactly one e-mail address", hint)


def web(view: View) -> Iterator[Finding]:
    """The pages are for this machine: they ask nobody for a password."""
    if view.web is None:
        return
    path = ("web", "listen")
    try:
        host, _ = listen_address(view.web.listen)
    except ValueError as error:
        what, _, hint = str(error).partition("; ")
        yield Finding(path, what, hint)
        return
    if not is_loopback(host) and not view.allow_insecure:
        hint = "write 127.0.0.1, or `allow_insecure: true` at the top level"
        yield Finding(path, "open to other machines, without a password", hint)


def store(view: View) -> Iterator[Finding]:
    """SQLite in a file."""
    if view.store_url and (trouble := url_fault(view.store_url)):
        yield Finding(("store", "url"), *trouble)


def keep_calls(view: View) -> Iterator[Finding]:
    """What is still counted, or read again, must not be forgotten."""
    needed: list[tuple[int, str, KeyPath]] = [
        (rule.within or 0, "the longest `within`", (*path, "within")) for path, rule in view.rules.items()
    ]
    needed.append(
        (view.poll.overlap + DAY, "`poll.overlap` and a day", ("telecmi", "poll", "overlap")),
    )
    if view.follow_up:
        reason = "what is asked for again of answered calls, and a day"
        needed.append((ANSWERED_OVERLAP + DAY, reason, ("telecmi", "follow_up")))
    needed.append((view.reconcile.window, "`reconcile.window`", ("telecmi", "reconcile", "window")))
    span, reason, where = max(needed)
    if view.keep.calls < span:
        what, hint = f"shorter than {reason}, {duration_text(span)}", f"write {duration_text(span)} or more"
        yield Finding(("store", "keep", "calls"), what, hint, also=(where,))


def reconcile(view: View) -> Iterator[Finding]:
    """Comparisons take the place of polls, and their windows meet: else calls that come late are missed."""
    every, window = view.reconcile.every, view.reconcile.window
    path, poll = ("telecmi", "reconcile"), ("telecmi", "poll")
    if every < view.poll.every:
        span = duration_text(view.poll.every)
        what, also = f"shorter than `poll.every`, {span}", ((*poll, "every"),)
        yield Finding((*path, "every"), what, f"write {span} or more", also=also)
    elif every > window:
        what = "longer than `window`: calls that TeleCMI lists late in between would be missed"
        hint, also = f"write {duration_text(window)} or less", ((*path, "window"),)
        yield Finding((*path, "every"), what, hint, also=also)
    if window < view.poll.overlap:
        span = duration_text(view.poll.overlap)
        what, also = f"shorter than `poll.overlap`, {span}", ((*poll, "overlap"),)
        yield Finding((*path, "window"), what, f"write {span} or more", also=also)


def keep_alerts(view: View) -> Iterator[Finding]:
    """The calls of an alert that ended do not count again; what forgets the alert forgets that."""
    longest = max((rule.within or 0 for rule in view.rules.values()), default=0)
    if view.keep.alerts < longest:
        what = f"shorter than the longest `within`, {duration_text(longest)}"
        yield Finding(("store", "keep", "alerts"), what, f"write {duration_text(longest)} or more")


def retry(view: View) -> Iterator[Finding]:
    """Waiting times between tries grow."""
    if view.delivery.retry.first > view.delivery.retry.max:
        hint = "raise `max` or lower `first`"
        also = (("delivery", "retry", "max"),)
        yield Finding(("delivery", "retry", "first"), "longer than `max`", hint, also=also)


def heartbeat(view: View) -> Iterator[Finding]:
    """Whoever sees the heartbeat's URL could send it in our place."""
    url = view.ops.heartbeat_url
    if url is not None and (trouble := url_trouble(url.get(), insecure=view.allow_insecure)):
        yield Finding(("ops", "heartbeat_url"), *trouble)
