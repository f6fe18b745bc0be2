"""A Slack look-alike on a loopback socket: the few methods that notifier uses, and one incoming webhook.

It lives in the test's process and loop. What talks to it may be another process: a test that starts one must
wait for it without blocking the loop.
"""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from notifier.clock import SystemClock
from tests.support.slack_faults import Faults, Pace, Raw
from tests.support.slack_state import Limited, Posted, Refusal, Room, Workspace

TOKEN = "xoxb-test"
WEBHOOK = "/services/T/B/X"
_READS = {
    "conversations.history",
    "conversations.list",
    "conversations.replies",
    "usergroups.list",
    "usergroups.users.list",
    "users.info",
    "users.lookupByEmail",
}
_WEBHOOK_STATUS = {
    "action_prohibited": 403,
    "channel_not_found": 404,
    "no_service": 404,
    "channel_is_archived": 410,
}


class FakeSlack:
    """A workspace that knows only the channels and people that a test adds.

    Args:
        token: the only bot token that it takes.
        now: UTC ms, for the messages' ts; the system's clock where none is given.
        pace: refuses what comes faster, with 429; None takes everything.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        now: Callable[[], int] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.token = token
        self.workspace = Workspace(now or SystemClock().now, pace)
        self.calls: list[tuple[str, dict[str, Any]]] = []  # every request: method (or "webhook"), arguments
        self.connections: set[object] = set()  # distinct client ports that were seen
        self._faults = Faults()
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/api/"

    @property
    def webhook_url(self) -> str:
        return f"http://127.0.0.1:{self._port}{WEBHOOK}"

    @property
    def posted(self) -> list[Posted]:
        """Every message that stands, in the order of posting; the webhook's are in channel "webhook"."""
        return self.workspace.posted

    def called(self, method: str) -> list[dict[str, Any]]:
        """The arguments of every request to this method, refused ones too."""
        return [arguments for name, arguments in self.calls if name == method]

    def add_channel(
        self, name: str, found: str, *, private: bool = False, member: bool = True, archived: bool = False
    ) -> None:
        self.workspace.rooms[found] = Room(found, name, private, member, archived)

    def add_user(self, user: str, email: str) -> None:
        self.workspace.users[user] = email

    def add_group(self, group: str, handle: str) -> None:
        """Only a bot with the scope usergroups:read sees it, which it has not unless a test adds it."""
        self.workspace.groups[group] = handle

    def fail_next(self, method: str, failure: str | int | Raw, times: int = 1) -> None:
        """Let the next requests to a method (or "webhook") fail.

        Args:
            method: like "chat.postMessage".
            failure: an error code; an HTTP status; a whole answer; "hang" (not posted, no answer until
                `stop`) or "hang-after-accept" (posted, likewise); "drop-before-accept" or
                "drop-after-accept" (posted, and the connection cut).
            times: how many requests.
        """
        self._faults.plan(method, failure, times)

    def mend(self) -> None:
        """Nothing of what was planned fails any more."""
        self._faults.clear()

    async def start(self, port: int = 0) -> int:
        """Listen on loopback; returns the port."""
        self._faults.stopped.clear()
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/services/{rest:.*}", self._webhook)
        self._add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self._port = self._runner.addresses[0][1]
        return self._port

    async def stop(self) -> None:
        """Stop listening; what it remembers stays."""
        self._faults.stopped.set()
        if self._runner is not None:
            await self._runner.cleanup()

    def _add_routes(self, app: web.Application) -> None:
        """More of Slack, where something else makes more of it."""

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        asked = await _arguments(request, method)
        return await self._respond(request, method, asked, lambda: self._answer(request, method, asked))

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        return await self._respond(request, "webhook", asked, lambda: self._hooked(request, asked))

    async def _respond(
        self, request: web.Request, method: str, asked: dict[str, Any], answer: Callable[[], web.Response]
    ) -> web.StreamResponse:
        self.calls.append((method, asked))
        if request.transport is not None:
            self.connections.add(request.transport.get_extra_info("peername"))
        failure = self._faults.take(method)
        if failure is None:
            return answer()
        if failure in ("drop-after-accept", "hang-after-accept"):
            answer()
        return await self._faults.respond(request, failure) or _refused(method, Refusal(str(failure)))

    def _answer(self, request: web.Request, method: str, asked: dict[str, Any]) -> web.Response:
        try:
            self._authorize(request, method)
            granted = ",".join(sorted(self.workspace.scopes))
            return web.json_response(self._done(method, asked), headers={"x-oauth-scopes": granted})
        except Refusal as refusal:
            return _refused(method, refusal)
        except Limited as limited:
            return _limited(limited)

    def _token_for(self, _method: str) -> str:
        return self.token

    def _authorize(self, request: web.Request, method: str) -> None:
        if request.headers.get("Authorization") != f"Bearer {self._token_for(method)}":
            raise Refusal("invalid_auth" if "Authorization" in request.headers else "not_authed")

    def _done(self, method: str, asked: dict[str, Any]) -> dict[str, object]:
        return self.workspace.answer(method, asked)

    def _hooked(self, request: web.Request, asked: dict[str, Any]) -> web.Response:
        try:
            self.workspace.hook(asked, known=request.path == WEBHOOK)
        except Refusal as refusal:
            return _refused("webhook", refusal)
        except Limited as limited:
            return _limited(limited)
        return web.Response(text="ok")


def _refused(method: str, refusal: Refusal) -> web.Response:
    code = str(refusal)
    if method == "webhook":
        return web.Response(status=_WEBHOOK_STATUS.get(code, 400), text=code)
    return web.json_response(refusal.answer)


def _limited(limited: Limited) -> web.Response:
    headers = {"Retry-After": str(limited.seconds)}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


async def _arguments(request: web.Request, method: str) -> dict[str, Any]:
    """Slack reads JSON only where something is written."""
    if request.content_type == "application/json" and method not in _READS:
        found: dict[str, Any] = await request.json()
        return found
    return {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}
