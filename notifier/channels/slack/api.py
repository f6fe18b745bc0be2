"""Slack's Web API behind one method: the seam where tests and the demo put something else."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_base_client import AsyncBaseClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from notifier.channels.slack.connection import TIMEOUT, Connection
from notifier.channels.slack.errors import code_in, lost, refused, scopes_in
from notifier.config.values import Secret
from notifier.errors import CredentialsBroken, DeliveryError, NotifierError

# Slack takes no JSON for what it regards as reading.
_READS: Final = frozenset(
    {
        "conversations.history",
        "conversations.list",
        "conversations.replies",
        "usergroups.list",
        "usergroups.users.list",
        "users.info",
        "users.lookupByEmail",
    }
)

# What comes out of the SDK for answers that are not what it expects: a text body is asked for `.get`, a wrong
# encoding or a deeply nested body fails while it is parsed.
_UNREADABLE: Final = (AttributeError, ValueError, RecursionError)


_Answer: TypeAlias = tuple[Mapping[str, object], Mapping[str, str]]
"""What the body says, and the headers."""


class SlackApi(Protocol):
    """Calls methods of the Web API."""

    async def call(self, method: str, payload: Mapping[str, object]) -> Mapping[str, object]:
        """Call a method and return its answer, which says `ok`.

        Args:
            method: like "chat.postMessage".
            payload: its arguments.

        Raises:
            DeliveryError: always one of its subclasses, except for an error code that is not known.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose token it is."""

    team: str
    bot: str
    scopes: frozenset[str] | None  # that were granted; None where Slack did not say


class SdkApi:
    """The real one, with slack_sdk over one pooled session. It tries once; others decide when again.

    A token that is refused, and was replaced in its file meanwhile, is replaced at once.

    Args:
        token: the bot's.
        base_url: ends with "/api/".
        timeout: seconds for one call.
    """

    def __init__(self, token: Secret, base_url: str, *, timeout: float = TIMEOUT) -> None:
        self._token = token
        self._connection = Connection(timeout)
        # The SDK logs whole messages, with phone numbers, whenever its logger has no level of its own.
        logger = logging.getLogger(f"{__name__}.sdk")
        logger.setLevel(logging.WARNING)
        # Not AsyncWebClient: its methods, one for each of Slack's, are a megabyte, and are not needed.
        self._client = AsyncBaseClient(base_url=base_url, retry_handlers=[], logger=logger)
        self._client.proxy = None  # the session knows it, and knows NO_PROXY too

    async def call(self, method: str, payload: Mapping[str, object]) -> Mapping[str, object]:
        """Call a method once; see ``SlackApi``."""
        return (await self._answer(method, payload))[0]

    async def identity(self) -> Identity:
        """Ask Slack who we are, and what we may do.

        Raises:
            DeliveryError: the token does not work, or Slack could not be asked.
        """
        answer, headers = await self._answer("auth.test", {})
        granted = headers.get("x-oauth-scopes")
        scopes = None if granted is None else frozenset(filter(None, re.split("[, ]+", granted)))
        return Identity(str(answer.get("team", "")), str(answer.get("user", "")), scopes)

    async def aclose(self) -> None:
        """Close the connections; the next call would open new ones."""
        await self._connection.aclose()

    async def _answer(self, method: str, payload: Mapping[str, object]) -> _Answer:
        outcome = await self._attempt(method, payload)
        # Nothing was done; with a token that was replaced in its file it may be.
        if isinstance(outcome, CredentialsBroken) and self._has_another_token():
            outcome = await self._attempt(method, payload)
        # Raised out of any `except`: as its context, the original error would carry the URL and the token.
        if isinstance(outcome, DeliveryError):
            raise outcome
        return outcome

    async def _attempt(self, method: str, payload: Mapping[str, object]) -> _Answer | DeliveryError:
        client = self._client
        client.token = self._token.get().strip()
        client.session = self._connection.session(client.base_url)
        try:
            if method in _READS:
                answer = await client.api_call(method, http_verb="GET", params=dict(payload))
            else:
                answer = await client.api_call(method, json=dict(payload))
        except SlackApiError as error:
            return _refusal(method, error.response)
        except (aiohttp.ClientError, OSError, *_UNREADABLE) as error:
            return lost(method, error)
        if not isinstance(answer.data, dict):
            return refused(method, 200, None, {})
        return answer.data, answer.headers

    def _has_another_token(self) -> bool:
        """Was it replaced in its file? The old one stays where that can't be told."""
        try:
            return self._token.reread()
        except (OSError, ValueError, NotifierError):
            return False


def _refusal(method: str, response: object) -> DeliveryError:
    """The SDK hands on its own response with data of any type, or aiohttp's where the body was not JSON."""
    if isinstance(response, AsyncSlackResponse):
        answer = response.data if isinstance(response.data, dict) else {}
        code = code_in(answer.get("error"))
        return refused(method, response.status_code, code, response.headers, scopes_in(answer))
    return refused(method, getattr(response, "status", 0), None, getattr(response, "headers", {}))
