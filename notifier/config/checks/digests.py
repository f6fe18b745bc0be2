"""Digests: each with a name of its own, about somebody, and for somebody."""

from collections.abc import Iterator

from notifier.config.meant import meant
from notifier.config.places import Finding
from notifier.config.view import View


def digest_names(view: View) -> Iterator[Finding]:
    """A digest's name is its identity across reloads, and is shown to people."""
    seen: set[str] = set()
    for path, digest in view.digests.items():
        here = (*path, "name")
        if digest.name in seen:
            yield Finding(here, "another digest has this name", "give each its own")
        elif not digest.name.isprintable():
            yield Finding(here, "a name with a line break or control character", "take it out")
        seen.add(digest.name)


def digest_times(view: View) -> Iterator[Finding]:
    """The same time twice is a mistake: another one was meant."""
    for path, digest in view.digests.items():
        seen: set[int] = set()
        for index, at in enumerate(digest.at):
            if at in seen:
                yield Finding((*path, "at", index), "the same time twice", "name each once")
            seen.add(at)


def digest_teams(view: View) -> Iterator[Finding]:
    """There must be agents whose calls it is about."""
    for path, digest in view.digests.items():
        for index, team in enumerate(digest.team):
            if team not in view.teams:
                hint = meant(team, view.teams) or "give an agent this `team:`"
                what, also = "no agent is in this team", view.of_agents("team")
                yield Finding((*path, "team", index), what, hint, also=also)


def digest_receivers(view: View) -> Iterator[Finding]:
    """A digest is about many agents: it can't be sent to the agent of a call."""
    for path, digest in view.digests.items():
        for index, name in enumerate(digest.notify):
            receiver = view.receivers.get(name)
            if receiver is not None and receiver.is_of_agents:
                what = "it comes to the agent of a call, and a digest is of no call"
                hint, also = "name a room, a person or an address", (("receivers", name),)
                yield Finding((*path, "notify", index), what, hint, also=also)
