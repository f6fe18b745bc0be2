"""Any message with the same text in every place where text comes from outside."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar, cast

from notifier.model import History, Message

T = TypeVar("T", bound=Message | History)

EVIL = {
    "ping": "<!channel> <!here> <@U012AB3CD> <#C012AB3CD> <!subteam^S012AB3CD> @here @channel #general",
    "link": "https://evil.example/x mailto:a@evil.example tel:+15550100 evil.example <https://evil.example|you>",
    "style": "*bold* _it_ ~gone~ `code` ```block``` > quote",
    "entities": "&lt;!channel&gt; &amp;lt; &#60; &",
    "date": "<!date^1^{ago}|x> ^{time}|",
    "emoji": ":boom: 👨‍👩‍👧🏽 🏴\U000e0067\U000e0062\U000e007f",
    "right to left": "\u202egnp.exe \u2066x\u2069 \u200f\u061c مرحبا",
    "no width": "a\u200bb\u2060c\ufeffd\u00ade",
    "controls": "\x00a\x1b[31mb\x85c\r\nd\te\u2028f\u2029g\x7f",
    "surrogates": "\ud83d\udc00\ud800",
    "marks": "e" + "\u0301" * 500,
    "template": "{{ 7*7 }} ${HOME} %s {0}",
    "html": "</h1><script>alert(1)</script><img src=x onerror=x>",
    "injection": "Subject: x\r\nBcc: a@evil.example",
}
"""What somebody may be called, or write."""

_OURS = frozenset({"delivery_id", "uid", "id", "key", "per", "country"})
"""Fields that hold no text from outside."""


def poisoned(message: T, text: str) -> T:
    """The message with this text for every name, number, note, rule, agent, place and reason.

    Agents and customers stay told apart where they were: those that differ get a digit each.
    """
    return cast("T", _Poison(text).of(message))


class _Poison:
    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[str, str] = {}

    def of(self, part: Any, name: str = "") -> Any:
        if isinstance(part, Enum) or name in _OURS:
            return part
        if isinstance(part, str):
            return self._written(part, name)
        if isinstance(part, Mapping):
            return {self._written(key, "agent"): self.of(one, "name") for key, one in part.items()}
        return self._whole(part, name)

    def _whole(self, part: Any, name: str) -> Any:
        names = getattr(part, "_fields", ())  # of a named tuple
        if names:
            return type(part)(*(self.of(each, key) for key, each in zip(names, part, strict=True)))
        if isinstance(part, tuple):
            return tuple(self.of(one, name) for one in part)
        if is_dataclass(part) and not isinstance(part, type):
            return replace(
                part, **{each.name: self.of(getattr(part, each.name), each.name) for each in fields(part)}
            )
        return part

    def _written(self, old: str, name: str) -> str:
        """Nothing stays nothing: how a message looks hangs on what is known."""
        if not old:
            return old
        if old.startswith("agent "):
            return f"agent {self._written(old.removeprefix('agent '), 'agent')}"
        number = self._known.setdefault(old, str(len(self._known)))
        different = name in {"customer", "extension", "account", "agent", "agents", "receiver", "recipient"}
        text = f"{self._text}{number}" if different else self._text
        # Agents are "account/extension".
        return f"{text}/{text}" if name in {"agent", "agents", "reached_by", "stands_in_for"} else text
