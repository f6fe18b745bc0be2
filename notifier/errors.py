"""Errors that say what to do. Which one applies is decided where the vendor is known.

NotifierError
├── ConfigError            the configuration can't be used; holds every problem found
├── StoreError
│   ├── StoreUnavailable   locked, full, read-only: try again later, nothing was written
│   └── StoreRefused       newer schema, corrupt, held by another process: a person must act
├── SourceError            reading TeleCMI failed
│   ├── SourceTransient    try again soon
│   └── SourceRefused      wrong credentials or parameters: back off, tell ops, go on when it works
└── DeliveryError          a channel could not deliver
    ├── DeliveryTransient  try again later
    ├── RateLimited        try again at a time that the remote side named
    ├── TargetBroken       this address will not work: tell the fallback
    ├── CredentialsBroken  the whole channel will not work until ops act
    ├── PayloadBroken      the message was refused: send it as plain text
    └── EditRefused        this message can't be edited any more
"""

from dataclasses import dataclass


class NotifierError(Exception):
    """Anything that notifier raises on purpose; its text is fit to be shown to ops."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a configuration: where, what, and how to mend it."""

    where: str  # file:line:column
    key: str  # dotted: rules.0.count
    what: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.key}: {self.what}" if self.key else f"{self.where}: {self.what}"
        return f"{text}; {self.hint}" if self.hint else text


class ConfigError(NotifierError):
    """Every problem that was found in a configuration, in the order of the file."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class StoreError(NotifierError):
    """The store could not be used."""


class StoreUnavailable(StoreError):
    """Locked, full or read-only for now. The transaction was rolled back whole."""


class StoreRefused(StoreError):
    """The store can't be used until a person acts; the text says how."""


class SourceError(NotifierError):
    """Reading calls from TeleCMI failed. The text holds no secret and no phone number."""


class SourceTransient(SourceError):
    """A fault that passes by itself.

    Args:
        message: what happened.
        retry_after: seconds to wait at the least, where TeleCMI said so.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SourceRefused(SourceError):
    """TeleCMI refuses what we ask: credentials, region or parameters are wrong."""


class DeliveryError(NotifierError):
    """A channel could not deliver. The text holds no address and no secret.

    Args:
        message: what happened.
        for_ops: the same as a sentence that says what to do; `{place}` in it stands for whom or what could
            not be told, `{setting}` for the key of the configuration that says so. "" where `message` does.
    """

    def __init__(self, message: str, *, for_ops: str = "") -> None:
        super().__init__(message)
        self.for_ops = for_ops


class DeliveryTransient(DeliveryError):
    """Try again later.

    Args:
        message: what happened.
        uncertain: the remote side may have accepted the message all the same.
    """

    def __init__(self, message: str, *, uncertain: bool = False) -> None:
        super().__init__(message)
        self.uncertain = uncertain


class RateLimited(DeliveryError):
    """Not accepted; the remote side says when to come back.

    Args:
        message: what happened.
        retry_after: seconds from now.
    """

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TargetBroken(DeliveryError):
    """This address does not work and will not by itself: unknown channel, refused mailbox.

    Args:
        message: what happened.
        person_is_gone: it is that of a person who is not there any more, and counts as away.
        part: of the service that does not work, and with it none of the addresses that take it: one of
            ``channels.base.PARTS``; "" where it is this address alone.
        for_ops: as of ``DeliveryError``.
    """

    def __init__(
        self, message: str, *, person_is_gone: bool = False, part: str = "", for_ops: str = ""
    ) -> None:
        super().__init__(message, for_ops=for_ops)
        self.person_is_gone = person_is_gone
        self.part = part


class CredentialsBroken(DeliveryError):
    """The channel's credentials do not work; every target of the channel is affected."""


class PayloadBroken(DeliveryError):
    """The remote side refuses the form of the message, not the message: send it as plain text."""


class EditRefused(DeliveryError):
    """The message is gone, or can't be changed or replied to any more."""
