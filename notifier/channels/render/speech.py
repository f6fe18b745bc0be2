"""How one notification's people, numbers and counts are said."""

from collections.abc import Callable

from notifier.channels.render import numbers, reasons
from notifier.channels.render.escape import label, shorten
from notifier.channels.render.times import local
from notifier.config.receivers import agent_of
from notifier.model import Call, EventKind, Notification, ToldLine

Escape = Callable[[str], str]

NAME = 60  # characters of a person's name
RULE = 100  # of a rule's
NOTE = 200  # of what somebody wrote
AGENTS = 3  # agents that are named together
TOLD = 3  # receivers that are named together

_BY_PEOPLE = frozenset({EventKind.ACKNOWLEDGED, EventKind.SNOOZED, EventKind.RESOLVED})


class Speech:
    """Says one notification's facts; what came from outside is escaped, cut, and on one line.

    Args:
        notification: what to speak of.
        escape: applied to every piece of text from outside, cleaned and cut; what it returns is cut again.
        name: characters of a name or a number.
        rule: characters of the rule's name.
        agents: how many are named.
    """

    def __init__(
        self,
        notification: Notification,
        escape: Escape,
        *,
        name: int = NAME,
        rule: int = RULE,
        agents: int = AGENTS,
    ) -> None:
        self._of = notification
        self._escape = escape
        self._name = name
        self._most_agents = agents
        calls = notification.calls
        self._accounts = len({call.account for call in calls}) > 1
        self._agents = len({call.agent for call in calls}) > 1
        self._customers = len({call.customer for call in calls}) > 1
        self.rule = self._outside(notification.alert.rule, rule)

    @property
    def customer(self) -> Call | None:
        """The newest call, where all are to one customer."""
        return self._of.calls[-1] if self._of.calls and not self._customers else None

    def _outside(self, text: str, limit: int | None = None) -> str:
        most = limit or self._name
        return shorten(self._escape(label(text, most)), most)

    def title(self) -> str:
        """What is asked for: "Call back Suresh", or the count where several customers are in it."""
        if (call := self.customer) is not None:
            whom = self.name(call) or self.number(call)
            if self._of.is_agent_leg:
                return f"An agent's phone was not answered: {whom}"
            return whom if reasons.is_settled(self._of.alert) else f"Call back {whom}"
        return reasons.counted(self._of.alert.call_count) + self.scope()

    def name(self, call: Call) -> str:
        """The customer's name; empty where it is unknown."""
        return self._outside(call.name)

    def number(self, call: Call) -> str:
        """The customer's number, to be read."""
        return self._outside(numbers.shown(call.customer, self._of.country)) or "unknown number"

    def contact(self, call: Call) -> str:
        """The customer's name and number: "Suresh, 098123 45678"."""
        return ", ".join(filter(None, (self.name(call), self.number(call))))

    def agent(self, agent: str) -> str:
        """The agent's name; else the extension, with its account where several are among the calls."""
        name = self._outside(self._of.agent_names.get(agent, ""))
        if name:
            return name
        extension = agent.partition("/")[2]
        if not extension:
            return "an unknown extension"
        return f"extension {self._outside(agent if self._accounts else extension)}"

    def status(self) -> str:
        """How the alert stands, what is new, and for whom a deputy is told; empty where there is nothing."""
        of = self._of
        deputy = f"You stand in for {self.agent(of.stands_in_for)}" if of.stands_in_for else ""
        event = reasons.reopened(of)
        who = self.who(of.alert.handled_by or (event.who if event else ""))
        return ". ".join(filter(None, (reasons.status(of, who), deputy)))

    def who(self, handled_by: str) -> str:
        """Who did something: an agent's name, or what a person called themselves; as in `Event.who`."""
        agent = handled_by.removeprefix("agent ")
        return self.agent(agent) if agent != handled_by else self._outside(handled_by)

    def note(self) -> str:
        """What whoever handled the alert last wrote about it, in quotation marks; empty where nothing."""
        at = self._of.alert.handled_at
        notes = [event.note for event in self._of.events if event.at == at and event.kind in _BY_PEOPLE]
        if (event := reasons.reopened(self._of)) is not None:
            notes.append(event.note)
        note = self._outside(notes[-1], NOTE) if notes else ""
        return f"“{note}”" if note else ""

    def tried(self) -> str:
        """How often the customer was tried in vain: "3 since 10:05, by Agent 209; last reached 3 Aug 16:00".

        Empty for the first time, unless they were reached before.
        """
        found = self._of.attempts
        if found is None or (found.count == 1 and found.reached_at is None):
            return ""
        since = f" since {self._at(found.first_at)}" if found.count > 1 else ""
        by = f", by {self._several(tuple(reversed(found.agents)))}" if found.agents else ""
        if found.reached_at is None:
            return f"{found.count}{since}{by}; never reached, as far as is known"
        last = f" by {self.agent(found.reached_by)}" if found.reached_by else ""
        return f"{found.count}{since}{by}; last reached {self._at(found.reached_at)}{last}"

    def told(self) -> str:
        """Who else was told: "Asha 11:02 …, #sales 11:05 …, leads 11:09 …"; empty where nobody was."""
        first: dict[str, int] = {}
        for line in self._of.told:
            first.setdefault(self._reader(line), line.at)
        named = [f"{name} {self._at(at)}" for name, at in list(first.items())[:TOLD]]
        return ", ".join([*named, *([f"{len(first) - TOLD} more"] if len(first) > TOLD else [])])

    def _reader(self, line: ToldLine) -> str:
        """An agent or a room by name; an address is nobody else's business: its receiver's name."""
        if agent := agent_of(line.recipient):
            return self.agent(agent)
        return self._outside(line.recipient if line.recipient.startswith("#") else line.receiver)

    def _at(self, ms: int) -> str:
        return local(ms, self._of.zone, self._of.now)

    def agents(self) -> str:
        """Who called, the newest first: "Agent 209, Agent 210 and 2 more"."""
        newest = reversed(self._of.calls)
        return self._several(tuple(dict.fromkeys(call.agent for call in newest)) or (self._of.alert.agent,))

    def _several(self, keys: tuple[str, ...]) -> str:
        most = self._most_agents
        named = [self.agent(key) for key in keys[:most]]
        if len(keys) > most:
            named.append(f"{len(keys) - most} more")
        return " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))

    def scope(self) -> str:
        """What the calls that are counted together have in common: " to Suresh by Agent 209"."""
        alert = self._of.alert
        call = self.customer
        parts = []
        if call is not None and "customer" in alert.per:
            parts.append(f" to {self.name(call) or self.number(call)}")
        if "extension" in alert.per:
            parts.append(f" by {self.agent(alert.agent)}")
        elif "team" in alert.per:
            parts.append(" by one team")
        elif "account" in alert.per:
            parts.append(f" on account {self._outside(alert.agent.partition('/')[0])}")
        return "".join(parts)

    def often(self) -> str:
        """How many calls, and from when to when."""
        alert = self._of.alert
        if alert.call_count == 1:
            return "once"
        first, last = (
            local(ms, self._of.zone, self._of.now) for ms in (alert.first_call_at, alert.last_call_at)
        )
        return f"{alert.call_count} calls, first {first}, last {last}"

    def differing(self, call: Call) -> str:
        """A call's customer and agent, so far as they differ among the calls."""
        whom = self.contact(call) if self._customers else ""
        who = self.agent(call.agent) if self._agents else ""
        return ", ".join(filter(None, (whom, who)))
