"""The words that all channels share for a digest: how many were missed and reached, by whom, who is left."""

from collections.abc import Iterator
from dataclasses import dataclass

from notifier.channels.render import numbers
from notifier.channels.render.escape import shorten
from notifier.channels.render.outside import Escape, Outside
from notifier.channels.render.speech import UNKNOWN
from notifier.channels.render.times import day, duration, local, moment
from notifier.model import AgentTally, DigestReport, HourTally, OpenCustomer, Tally

_NAME = 40  # characters of a name or a number
_DIGEST = 60  # of the digest's name
_AGENTS = 15  # that are listed
_TEAMS = 3  # that are named
_BEHIND = 600_000  # ms; what TeleCMI was read to so long before the end is said


@dataclass(frozen=True, slots=True)
class Row:
    """Something, and what is said of it."""

    what: str  # "Asha", "10:00"
    said: str  # "5 customers missed, 3 reached, 2 to reach, median 20 min"

    def __str__(self) -> str:
        return f"{self.what}: {self.said}"


@dataclass(frozen=True, slots=True)
class Left:
    """A customer who is still to be reached."""

    name: str  # empty where it is unknown
    number: str
    dial: str  # the same in E.164, where it is a number
    by: str  # "by Asha"
    tries: str  # "3 calls"; empty for one
    when: str  # the last call was

    def __str__(self) -> str:
        return f"{self.whom} · {self.details}"

    @property
    def whom(self) -> str:
        """The name and the number."""
        return ", ".join(filter(None, (self.name, self.number)))

    @property
    def details(self) -> str:
        """Who tried, how often and when."""
        when = f"last {self.when}" if self.tries else self.when
        return " · ".join(filter(None, (self.by, self.tries, when)))

    def within(self, limit: int) -> str:
        """The line, cut to at most so many characters: what stands last goes first."""
        return shorten(str(self), limit)


@dataclass(frozen=True, slots=True)
class DigestWords:
    """A digest in words. What came from outside is escaped, cut, and on one line."""

    title: str  # "evening: 12 customers missed, 5 to reach"
    subject: str  # the same with its day: "evening 2026-09-21: …"
    span: str  # from when to when, and whose calls
    facts: tuple[str, ...]  # sentences without their full stops
    agents: tuple[Row, ...]  # who missed most first
    more_agents: int  # that are not listed
    hours: tuple[Row, ...]
    left_title: str
    left: tuple[Left, ...]  # the newest first
    more_left: int


def digest_words(report: DigestReport, escape: Escape) -> DigestWords:
    """Put a digest into words.

    Args:
        report: what to tell.
        escape: applied to every piece of text from outside, cleaned and cut; what it returns is cut again.
    """
    figures = report.figures
    speech = _Speech(report, escape)
    left = figures.customers.open
    name, headline = speech.outside(report.name, _DIGEST), speech.headline()
    return DigestWords(
        title=f"{name}: {headline}",
        subject=f"{name} {day(report.until - 1, report.zone)}: {headline}",
        span=speech.span(),
        facts=tuple(speech.facts()),
        agents=tuple(map(speech.agent_row, figures.agents[:_AGENTS])),
        more_agents=max(len(figures.agents) - _AGENTS, 0),
        hours=tuple(map(speech.hour_row, figures.hours)),
        left_title="Still to reach" if figures.knows_reached else "Missed last",
        left=tuple(map(speech.left, figures.newest_open)),
        more_left=max(left - len(figures.newest_open), 0),
    )


class _Speech:
    def __init__(self, report: DigestReport, escape: Escape) -> None:
        self._of = report
        self._figures = report.figures
        self._fit = Outside(escape, report.mask_numbers).fit
        accounts = {one.agent.partition("/")[0] for one in report.figures.agents}
        self._has_accounts = len(accounts) > 1

    def outside(self, text: str, limit: int = _NAME) -> str:
        return self._fit(text, limit)

    def headline(self) -> str:
        customers = self._figures.customers
        if not customers.missed:
            return "nobody was missed" if self._figures.is_complete else "no missed calls are known"
        missed = f"{_counted(customers.missed, 'customer')} missed"
        return f"{missed}, {customers.open:,} to reach" if self._figures.knows_reached else missed

    def span(self) -> str:
        span = f"{self._local(self._of.since)} to {self._local(self._of.until)}"
        teams = self._of.teams
        if not teams:
            return span
        named = ", ".join(self.outside(team) for team in teams[:_TEAMS])
        more = f" and {len(teams) - _TEAMS} more" if len(teams) > _TEAMS else ""
        return f"{span}, {'team' if len(teams) == 1 else 'teams'} {named}{more}"

    def facts(self) -> Iterator[str]:
        figures = self._figures
        yield from self._of_customers(figures.customers)
        if figures.agent_legs:
            yield f"Left out: {_counted(figures.agent_legs, 'call')} that rang an agent's own phone only"
        if not figures.knows_reached:
            yield "Who was reached afterwards is not known: answered calls are not read"
        if figures.read_to is None:
            yield "TeleCMI was not read completely yet, so calls may be missing here"
        elif figures.read_to < self._of.until - _BEHIND:
            yield f"TeleCMI was read up to {self._local(figures.read_to)} only, so calls may be missing here"

    def _of_customers(self, customers: Tally) -> Iterator[str]:
        figures = self._figures
        if customers.missed:
            yield f"{_counted(customers.missed, 'customer')} missed, in {_counted(figures.calls, 'call')}"
        if customers.missed and figures.knows_reached:
            reached = f"{_counted(customers.reached, 'customer')} reached after their last missed call"
            yield f"{reached}, {customers.open:,} still to reach"
        if customers.median is not None:
            yield f"Median time until they were reached: {duration(customers.median)}"
        if self._counts_twice():
            yield "In the lists, a customer counts with each agent, and in each hour, that missed them"

    def agent_row(self, one: AgentTally) -> Row:
        return Row(self._agent(one.agent), self._tally(one.tally))

    def hour_row(self, one: HourTally) -> Row:
        said = f"{_counted(one.calls, 'call')} to {_counted(one.customers, 'customer')}"
        if self._figures.knows_reached:
            said += f", {one.reached:,} reached"
        return Row(f"{one.hour:02}:00", said)

    def left(self, one: OpenCustomer) -> Left:
        mask = self._of.mask_numbers
        return Left(
            name=self.outside(one.name),
            number=self.outside(numbers.shown(one.customer, self._of.country, mask=mask)) or UNKNOWN,
            dial=numbers.dialled(one.customer, mask=mask),
            by=f"by {self._agent(one.agent)}",
            tries=_counted(one.attempts, "call") if one.attempts > 1 else "",
            # Its offset stands above, in the span.
            when=moment(one.last_at, self._of.zone, self._of.now),
        )

    def _counts_twice(self) -> bool:
        """Do the rows of a list come to more customers than there are?"""
        figures = self._figures
        by_agent = sum(one.tally.missed for one in figures.agents)
        return max(by_agent, sum(one.customers for one in figures.hours)) > figures.customers.missed

    def _tally(self, tally: Tally) -> str:
        said = [f"{_counted(tally.missed, 'customer')} missed"]
        if self._figures.knows_reached:
            said += [f"{tally.reached:,} reached", f"{tally.open:,} to reach"]
        if tally.median is not None:
            said.append(f"median {duration(tally.median)}")
        return ", ".join(said)

    def _agent(self, agent: str) -> str:
        name = self.outside(self._of.agent_names.get(agent, ""))
        if name:
            return name
        extension = agent.partition("/")[2]
        if not extension:
            return "an unknown extension"
        return f"extension {self.outside(agent if self._has_accounts else extension)}"

    def _local(self, ms: int) -> str:
        return local(ms, self._of.zone, self._of.now)


def more(count: int) -> list[str]:
    """A line for what is not listed."""
    return [f"and {count:,} more"] if count else []


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
