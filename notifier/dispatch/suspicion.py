"""Whether a service refuses its credentials for everybody, or only for what some targets need. Pure.

Slack says `missing_scope` where a bot may post in rooms and not to people: then the rooms must not wait.
"""

from dataclasses import dataclass, field

from notifier.model import Target


@dataclass
class _Suspect:
    service: str
    reason: str
    others_work: bool = False  # since it failed


@dataclass
class Suspicion:
    """Remembers which targets failed by which credentials, and whether others work with the same."""

    _suspects: dict[Target, _Suspect] = field(default_factory=dict)
    _partial: set[tuple[str, str]] = field(default_factory=set)  # service and reason

    def failed(self, service: str, target: Target, reason: str) -> bool:
        """A target could not be told for its service's credentials; are they to blame, and not the target?

        They are, until others are told with them and this target, or one that failed likewise, fails again.
        """
        suspect = self._suspects.get(target)
        if suspect is not None and suspect.others_work and suspect.reason == reason:
            self._partial.add((service, reason))
        elif suspect is None or suspect.reason != reason:
            self._suspects[target] = _Suspect(service, reason)
        return (service, reason) not in self._partial

    def worked(self, service: str, target: Target) -> None:
        """A target was told with a service's credentials."""
        suspect = self._suspects.pop(target, None)
        if suspect is not None:
            self._partial.discard((suspect.service, suspect.reason))
        for other in self._suspects.values():
            other.others_work = other.others_work or other.service == service
