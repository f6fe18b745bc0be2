"""What must hold between the parts of a configuration: one small pure function per rule, listed here."""

from collections.abc import Callable, Iterator

from notifier.config.checks import (
    accounts,
    answers,
    calendars,
    counting,
    deputies,
    digests,
    life,
    matching,
    people,
    receivers,
    references,
    sections,
    tokens,
)
from notifier.config.places import Finding
from notifier.config.view import View

Check = Callable[[View], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    accounts.each_name_once,
    accounts.each_app_once,
    accounts.countries,
    accounts.base_urls,
    accounts.start_from,
    accounts.timeout,
    people.agent_keys,
    people.agent_addresses,
    people.agent_phones,
    deputies.known,
    deputies.reachable,
    receivers.names,
    receivers.one_kind,
    receivers.slack_targets,
    receivers.slack_webhooks,
    receivers.slack_mentions,
    receivers.webhooks,
    receivers.email_addresses,
    answers.reply_to,
    references.named_receivers,
    references.rule_names,
    matching.conditions,
    counting.keys,
    counting.windows,
    counting.levels,
    counting.overrides,
    counting.expiry,
    life.steps_rise,
    life.steps_come,
    life.reminders,
    calendars.holidays,
    calendars.never_open,
    calendars.named,
    calendars.needed,
    digests.digest_names,
    digests.digest_times,
    digests.digest_teams,
    digests.digest_receivers,
    sections.some_rule,
    sections.slack,
    tokens.slack_tokens,
    sections.actions,
    sections.email,
    sections.web,
    sections.store,
    sections.reconcile,
    sections.keep_calls,
    sections.keep_alerts,
    sections.retry,
    sections.heartbeat,
)


def findings_in(view: View) -> list[Finding]:
    """All that does not hold."""
    return [finding for check in CHECKS for finding in check(view)]
