"""Whom a message in Slack mentions: what the bot looked up, never text from outside."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_MENTION = re.compile(r"<(?:@[UW][A-Z0-9]{2,40}|!here|!subteam\^S[A-Z0-9]{2,40})>")


@dataclass(frozen=True, slots=True)
class Mentions:
    """What Slack makes a ping of. Anything that is not the mention of an id is left out."""

    agents: Mapping[str, str] = field(default_factory=dict)  # "main/209" → "<@U012AB3CD>"
    pings: tuple[str, ...] = ()  # at the top: "<!here>", "<!subteam^S012AB>", "<@U012AB>"; none in an edit

    def agent(self, agent: str) -> str:
        """The mention of an agent ("main/209"); empty where they are not known in Slack."""
        return _checked(self.agents.get(agent, ""))

    def above(self, said: str) -> str:
        """A text with the pings at its top, without those whom it mentions anyway."""
        pings = [ping for ping in map(_checked, self.pings) if ping and ping not in said]
        return " ".join([*pings, said])


def _checked(mention: str) -> str:
    return mention if _MENTION.fullmatch(mention) else ""


NOBODY = Mentions()
"""Names stay names, and nobody is pinged."""
