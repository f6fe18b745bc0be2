"""Slack's Web API on the terminal: it prints instead of posting."""

from collections.abc import Callable, Mapping

from notifier.cli.demo.screen import Screen

PEOPLE = {"D0000ANITA": "Anita", "D0000RAHUL": "Rahul", "D0000MEERA": "Meera", "D0000KAVYA": "Kavya"}
ROOM = "C0000ROOM"


class PrintingSlack:
    """Takes the place of Slack for the bot; everything before it is what `run` uses.

    Args:
        screen: to print to.
        first: done before each message, so that what led to it stands above it.
    """

    def __init__(self, screen: Screen, first: Callable[[], None]) -> None:
        self._screen = screen
        self._first = first
        self._rooms: dict[str, str] = {}  # a message → where it stands
        self.posted = 0
        self.edited = 0

    async def call(self, method: str, payload: Mapping[str, object]) -> Mapping[str, object]:
        """Answer like Slack does."""
        match method:
            case "conversations.open":
                return {"ok": True, "channel": {"id": "D" + str(payload["users"])[1:]}}
            case "chat.postMessage":
                return self._post(payload)
            case "chat.update":
                self.edited += 1
                self._show(self._rooms[str(payload["ts"])], payload, edited=True)
                return {"ok": True, "channel": payload["channel"], "ts": payload["ts"]}
            case _:
                # Looking for an earlier message: a demo has none.
                return {"ok": True, "messages": [], "channels": []}

    async def aclose(self) -> None:
        """Nothing is held."""

    def _post(self, payload: Mapping[str, object]) -> Mapping[str, object]:
        self.posted += 1
        channel = str(payload["channel"])
        person = PEOPLE.get(channel)
        room = f"direct message to {person}" if person else channel
        ts = f"{1_700_000_000 + self.posted}.000100"
        self._rooms[ts] = room
        self._show(room, payload, edited=False)
        return {"ok": True, "channel": channel if person else ROOM, "ts": ts}

    def _show(self, room: str, payload: Mapping[str, object], *, edited: bool) -> None:
        self._first()
        self._screen.message(room, payload, edited=edited)
