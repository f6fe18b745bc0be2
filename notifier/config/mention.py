"""Who is mentioned, and so pinged, by the messages of a receiver in Slack."""

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from notifier.config.values import Strict
from notifier.model import Severity

AGENT = "agent"  # also as `to:`: it stands for the agent of the call
HERE = "here"  # whoever is active in the channel
NONE = "none"

_Whom = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "pattern": "^(agent|here|none|S[A-Z0-9]{2,20}|@[^\\s#@,:<>&|!]{1,80})$"}
    ),
]


class Mention(Strict):
    """Who is mentioned by severity: agent, here, a user group (S…, or "@handle" in quotes), or none."""

    info: _Whom = NONE
    """By what is worth knowing."""
    warning: _Whom = NONE
    """By what should be seen to."""
    critical: _Whom = NONE
    """By what can't wait."""

    @classmethod
    def of(cls, whom: str) -> "Mention":
        """The same whatever the severity."""
        return cls(info=whom, warning=whom, critical=whom)

    def at(self, severity: Severity) -> str:
        """Who is mentioned then."""
        match severity:
            case Severity.INFO:
                return self.info
            case Severity.WARNING:
                return self.warning
            case Severity.CRITICAL:
                return self.critical

    @property
    def each(self) -> tuple[str, ...]:
        """All that are mentioned at some severity, each once; "none" is nobody."""
        return tuple(dict.fromkeys(whom for whom in map(self.at, Severity) if whom != NONE))


def is_handle(whom: str) -> bool:
    """Is a user group meant by its handle, which must be looked up?"""
    return whom.startswith("@")


def _spread(value: object) -> object:
    """One word stands for all severities."""
    if isinstance(value, str):
        return dict.fromkeys(map(str, Severity), value)
    if value is None or isinstance(value, dict | Mention):
        return value
    raise ValueError(
        "neither a word nor severities; write agent, here, none, a user group's id (S…) or its handle in "
        'quotes ("@sales"), or one of them for each severity: {warning: agent, critical: here}'
    )


Mentioned = Annotated[Mention, BeforeValidator(_spread, json_schema_input_type=_Whom | Mention)]
"""One of them for all severities, or one for each."""
