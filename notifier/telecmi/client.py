"""One account's way to TeleCMI: paced, with a deadline, tried again where that may help."""

import asyncio
import json
from dataclasses import dataclass

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

from notifier.clock import Clock
from notifier.config.schema import Account, Poll
from notifier.errors import SourceRefused, SourceTransient
from notifier.model import Call, Endpoint, Reject
from notifier.telecmi.dialects import DIALECTS
from notifier.telecmi.faults import presentable, status_fault
from notifier.telecmi.interval import Interval
from notifier.telecmi.parse import Answer, read_answer
from notifier.telecmi.record import read_record
from notifier.telecmi.wire import decode, read_body, retry_after, server_date

PACE = 0.2  # seconds between two requests of one account, as integrators keep it

_JSON = {"Content-Type": "application/json"}
_BACKOFF = wait_exponential_jitter(multiplier=0.5, max=10, jitter=0.5)  # seconds


@dataclass(frozen=True, slots=True)
class Page:
    """One answer, and when the server sent it."""

    answer: Answer
    server_date: int | None  # UTC ms, its `Date`; None where it had none that can be believed


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: httpx.Headers
    body: bytes


class Client:
    """Asks TeleCMI for one account's calls, of any list; missed ones never queue behind answered ones."""

    def __init__(
        self,
        account: Account,
        poll: Poll,
        http: httpx.AsyncClient,
        clock: Clock,
        *,
        country: str,
        deadline_s: float,
    ) -> None:
        """Make it; nothing is sent yet.

        Args:
            account: whom to ask for. Its secret is taken anew for each request.
            poll: page size and timeout.
            http: from `http_client`, shared by all accounts; closed by whoever made it.
            clock: what passes while it waits.
            country: ISO 3166 code for numbers without a country code, where the account has none of its own.
            deadline_s: seconds after which a page is not tried again.
        """
        self._account = account
        self._dialect = DIALECTS[account.region]
        self._page_size = min(poll.page_size, self._dialect.largest_page)
        self._timeout = poll.timeout / 1000
        self._http = http
        self._clock = clock
        self._country = account.country or country
        self._deadline = deadline_s
        self._free_at = clock.monotonic()

    async def page(self, endpoint: Endpoint, interval: Interval, page: int) -> Page:
        """Ask for one page, again and again while the fault may pass and the deadline has not come.

        Args:
            endpoint: the list of calls.
            interval: UTC ms, both ends included.
            page: 1 for the first.

        Raises:
            SourceTransient: it did not work until the deadline; `retry_after` where TeleCMI said so.
            SourceRefused: it will not work until credentials or parameters are changed.
        """
        ends = self._clock.monotonic() + self._deadline
        retrying = AsyncRetrying(
            sleep=self._clock.sleep,
            retry=retry_if_exception_type(SourceTransient),
            wait=_wait,
            stop=lambda state: self._clock.monotonic() + state.upcoming_sleep >= ends,
            reraise=True,
        )
        try:
            async with asyncio.timeout(max(self._deadline, PACE + self._timeout)):
                result: Page = await retrying(self._try, endpoint, interval, page)
        except TimeoutError:
            raise SourceTransient("no answer from TeleCMI before the next poll is due") from None
        return result

    def read_again(self, endpoint: Endpoint, raw: str) -> Call | Reject:
        """Read a record that could not be read before: this version may know how to.

        Args:
            endpoint: the list that it stood in.
            raw: its JSON, whole.

        Raises:
            SourceTransient: it is no JSON.
        """
        return read_record(decode(raw.encode()), self._account.name, endpoint, self._country)

    async def _try(self, endpoint: Endpoint, interval: Interval, page: int) -> Page:
        secret = self._account.secret.get()
        reply = await self._send(endpoint, interval, page, secret)
        try:
            body = decode(reply.body)
        except SourceTransient:
            if 200 <= reply.status < 300:
                raise
            body = None
        wait = retry_after(reply.headers, self._clock.now())
        if fault := status_fault(reply.status, body, secret, wait):
            raise fault
        answer = read_answer(body, self._account.name, endpoint, self._country, secret)
        return Page(answer, server_date(reply.headers))

    async def _send(self, endpoint: Endpoint, interval: Interval, page: int, secret: str) -> _Reply:
        await self._pace(endpoint)
        url = self._dialect.url(endpoint, self._account.base_url)
        # Not httpx's own encoder: it fails on a secret whose bytes are no UTF-8.
        content = json.dumps(
            {
                "appid": self._account.app_id,
                self._dialect.secret: secret,
                "start_date": interval.start,
                "end_date": interval.end,
                "page": page,
                "limit": self._page_size,
            }
        )
        try:
            # httpx limits the wait for each piece; the whole must end too, however slowly it drips.
            async with (
                asyncio.timeout(self._timeout),
                self._http.stream("POST", url, content=content, headers=_JSON) as response,
            ):
                return _Reply(response.status_code, response.headers, await read_body(response))
        except (TimeoutError, httpx.TimeoutException):
            raise SourceTransient(f"no answer from TeleCMI within {self._timeout:g} s") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise SourceRefused("base_url is not an http(s) address") from None
        except (httpx.HTTPError, OverflowError, ValueError) as error:
            # Beyond httpx's own: a proxy's port above 65535, a redirect to a host that is no name.
            why = presentable(str(error), secret) or type(error).__name__
            raise SourceTransient(f"no connection to TeleCMI: {why}") from None
        finally:
            self._free_at = max(self._free_at, self._clock.monotonic() + PACE)

    async def _pace(self, endpoint: Endpoint) -> None:
        now = self._clock.monotonic()
        # Missed calls go first: they take their turn before the wait, and the answered ones after it.
        while endpoint.is_answered and self._free_at > now:
            await self._clock.sleep(self._free_at - now)
            now = self._clock.monotonic()
        at = max(now, self._free_at)
        self._free_at = at + PACE
        if at > now:
            await self._clock.sleep(at - now)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, SourceTransient) else None
    return max(asked or 0.0, _BACKOFF(state))
