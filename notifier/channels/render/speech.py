"""How one notification's people, numbers and counts are said."""

from notifier.channels.render import numbers, reasons
from notifier.channels.render.mentions import NOBODY, Mentions
from notifier.channels.render.outside import Escape, Outside
from notifier.channels.render.times import local, moment
from notifier.config.receivers import agent_of
from notifier.model import Attempts, Call, EventKind, Notification, ToldLine

NAME = 60  # characters of a person's name
RULE = 100  # of a rule's
NOTE = 200  # of what somebody wrote
AGENTS = 3  # agents that are named together
TOLD = 3  # receivers that are named together
UNKNOWN = "unknown number"

_BY_PEOPLE = frozenset({EventKind.ACKNOWLEDGED, EventKind.SNOOZED, EventKind.RESOLVED})


class Speech:
    """Says one notification's facts; what came from outside is escaped, cut, and on one line.

    Args:
        notification: what to speak of.
        escape: applied to every piece of text from outside, cleaned and cut; what it returns is cut again.
        name: characters of a name or a number.
        rule: characters of the rule's name.
        agents: how many are named.
        mentions: of the agents who tried, and of who handled it; elsewhere they are named.
    """

    def __init__(
        self,
        notification: Notification,
        escape: Escape,
        *,
        name: int = NAME,
        rule: int = RULE,
        agents: int = AGENTS,
        mentions: Mentions = NOBODY,
    ) -> None:
        self._of = notification
        self._fit = Outside(escape, notification.mask_numbers).fit
        self._mentions = mentions
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
        return self._fit(text, limit or self._name)

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
        of = self._of
        return self._outside(numbers.shown(call.customer, of.country, mask=of.mask_numbers)) or UNKNOWN

    def copied(self, call: Call) -> str:
        """The same, to be copied: E.164 where it is foreign; empty where it is not known."""
        of = self._of
        return self._outside(numbers.copied(call.customer, of.country, mask=of.mask_numbers))

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
        event = reasons.reopened(of) or reasons.held_back(of)
        who = self.who(of.alert.handled_by or (event.who if event else ""))
        return ". ".join(filter(None, (reasons.status(of, who), deputy)))

    def who(self, handled_by: str) -> str:
        """Who did something: an agent's name, or what a person called themselves; as in `Event.who`."""
        agent = handled_by.removeprefix("agent ")
        return self._mentioned(agent) if agent != handled_by else self._outside(handled_by)

    def _mentioned(self, agent: str) -> str:
        return self._mentions.agent(agent) or self.agent(agent)

    def note(self) -> str:
        """What whoever handled the alert last wrote about it, in quotation marks; empty where nothing."""
        if reasons.says_reached(self._of):
            return ""  # the status says so
        at = self._of.alert.handled_at
        notes = [event.note for event in self._of.events if event.at == at and event.kind in _BY_PEOPLE]
        if (event := reasons.reopened(self._of)) is not None:
            notes.append(event.note)
        note = self._outside(notes[-1], NOTE) if notes else ""
        return f"“{note}”" if note else ""

    def tries(self) -> str:
        """How often the customer was tried in vain: "3 since 10:05, by Agent 209"; empty for once."""
        found = self._attempts()
        if found is None or found.count == 1:
            return ""
        by = f", by {self._several(tuple(reversed(found.agents)))}" if found.agents else ""
        return f"{found.count} since {self._moment(found.first_at)}{by}"

    def last_reached(self) -> str:
        """When, and by whom: "3 Aug 16:00 by Ravi"; empty for the first try of whom nobody has reached."""
        found = self._attempts()
        if found is None:
            return ""
        if found.reached_at is None:
            return "never, as far as is known"
        by = f" by {self.agent(found.reached_by)}" if found.reached_by else ""
        return f"{self._moment(found.reached_at)}{by}"

    def attempt(self) -> str:
        """Both, as short as can be said: "Attempt 3 since 10:05, last reached 3 Aug 16:00 by Ravi"."""
        found = self._attempts()
        if found is None:
            return ""
        since = f"Attempt {found.count} since {self._moment(found.first_at)}" if found.count > 1 else ""
        last = "not reached before, as far as is known"
        if found.reached_at is not None:
            by = f" by {self.agent(found.reached_by)}" if found.reached_by else ""
            last = f"last reached {self._moment(found.reached_at)}{by}"
        said = ", ".join(filter(None, (since, last)))
        return said[:1].upper() + said[1:]

    def _attempts(self) -> Attempts | None:
        found = self._of.attempts
        is_first = found is None or (found.count == 1 and found.reached_at is None)
        return None if is_first else found

    def _moment(self, ms: int) -> str:
        return moment(ms, self._of.zone, self._of.now)

    def told(self, *, brief: bool = False) -> str:
        """Who else was told: "Asha 11:02 …, #sales 11:05 …, leads 11:09 …"; empty where nobody was.

        Args:
            brief: without the offset of the times.
        """
        at = self._moment if brief else self._at
        first: dict[str, int] = {}
        for line in self._of.told:
            first.setdefault(self._reader(line), line.at)
        named = [f"{name} {at(ms)}" for name, ms in list(first.items())[:TOLD]]
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
        keys = tuple(dict.fromkeys(call.agent for call in newest)) or (self._of.alert.agent,)
        return self._several(keys, mention=True)

    def _several(self, keys: tuple[str, ...], *, mention: bool = False) -> str:
        most = self._most_agents
        name = self._mentioned if mention else self.agent
        named = [name(key) for key in keys[:most]]
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
            parts.append(f" by team {team}" if (team := self._team()) else " by one team")
        elif "account" in alert.per:
            parts.append(f" on account {self._outside(alert.agent.partition('/')[0])}")
        return "".join(parts)

    def _team(self) -> str:
        """Whose calls are counted together; empty where it has no name."""
        alert = self._of.alert
        several = len(alert.per) > 1
        for part in alert.key.split("&") if several else [alert.key]:
            kind, _, team = part.partition("=")
            if kind == "team":
                return self._outside(team.replace("%26", "&").replace("%25", "%") if several else team)
        return ""
