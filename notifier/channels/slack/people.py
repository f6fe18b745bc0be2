"""From a person's id or e-mail address to the conversation that the bot has with them."""

from collections.abc import Mapping
from dataclasses import dataclass

from notifier.channels.base import BY_ADDRESS, TO_PEOPLE
from notifier.channels.slack.address import AddressKind, kind_of
from notifier.channels.slack.api import SlackApi
from notifier.clock import Clock
from notifier.errors import CredentialsBroken, DeliveryError, DeliveryTransient, TargetBroken

FOUND_FOR = 12 * 3600.0  # seconds; an address may be given to somebody else
MISSING_FOR = 600.0  # seconds; ops may be adding that person just now

_NOBODY = (
    "nobody in Slack has the address of {place} (any more): correct {setting}, or write the member id (U…),"
    " which stays the same when an address changes"
)


@dataclass(frozen=True, slots=True)
class _Looked:
    user: str | None  # None: nobody has this address
    until: float  # seconds of the clock's `monotonic`


class People:
    """Remembers what it looked up; shared by all receivers of a bot.

    Args:
        api: to look up with.
        clock: decides when a look-up is too old.
    """

    def __init__(self, api: SlackApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._looked: dict[str, _Looked] = {}  # by e-mail address
        self._conversations: dict[str, str] = {}  # by person's id

    async def conversation(self, address: str) -> str:
        """The id (D…) of the direct conversation with that person, opened where there is none.

        Args:
            address: a U… or W… id, or an e-mail address.

        Raises:
            TargetBroken: nobody has that address (any more).
            DeliveryError: what Slack answered.
        """
        user = await self.user(address) if kind_of(address) is AddressKind.MAIL else address
        if user not in self._conversations:
            try:
                answer = await self._api.call("conversations.open", {"users": user})
            except CredentialsBroken as error:
                raise _narrowed(error, TO_PEOPLE) from None
            self._conversations[user] = _id(answer, "channel")
        return self._conversations[user]

    def forget(self, address: str) -> None:
        """Look this one up anew next time: where they were found did not work. That they are not, stays."""
        looked = self._looked.get(address.lower())
        if looked is None:
            self._conversations.pop(address, None)
        elif looked.user is not None:
            self._conversations.pop(looked.user, None)
            del self._looked[address.lower()]

    def known(self, email: str) -> str | None:
        """The id of whom was found by this address lately; "" where nobody was, None where to look."""
        looked = self._looked.get(email.lower())
        if looked is None or looked.until <= self._clock.monotonic():
            return None
        return looked.user or ""

    async def user(self, email: str) -> str:
        """The id (U…) of the person with this e-mail address, looked up where that is needed.

        Raises:
            TargetBroken: nobody has that address (any more), or nobody may be looked up.
            DeliveryError: what Slack answered.
        """
        looked = self._looked.get(email.lower())
        if looked is None or looked.until <= self._clock.monotonic():
            looked = await self._look_up(email)
            self._looked[email.lower()] = looked
        if looked.user is None:
            text = "nobody in Slack has the e-mail address that is configured for this person"
            raise TargetBroken(text, person_is_gone=True, for_ops=_NOBODY)
        return looked.user

    async def _look_up(self, email: str) -> _Looked:
        try:
            answer = await self._api.call("users.lookupByEmail", {"email": email})
        except TargetBroken:
            return _Looked(None, self._clock.monotonic() + MISSING_FOR)
        except CredentialsBroken as error:
            raise _narrowed(error, BY_ADDRESS) from None
        return _Looked(_id(answer, "user"), self._clock.monotonic() + FOUND_FOR)


def _narrowed(error: CredentialsBroken, part: str) -> DeliveryError:
    """A scope that is missing forbids this call alone: whoever needs no such call can still be told."""
    if "missing_scope" not in str(error):
        return error
    return TargetBroken(str(error), part=part, for_ops=f"{error.for_ops}. Until then others are told instead")


def _id(answer: Mapping[str, object], key: str) -> str:
    match answer.get(key):
        case {"id": str(found)} if found:
            return found
        case _:
            raise DeliveryTransient(f"Slack's answer names no {key}")
