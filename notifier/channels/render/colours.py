"""The colours of e-mails, on light and on dark: each readable on its ground (WCAG 2.2, 1.4.3)."""

from collections.abc import Mapping
from dataclasses import dataclass

from notifier.model import Severity


@dataclass(frozen=True, slots=True)
class Palette:
    """As CSS writes them."""

    ground: str
    text: str
    soft: str  # of what is read last
    rule: str  # of lines between rows, which nobody needs to see
    tones: Mapping[str, str]  # by severity, and by how what needs nobody has ended


DONE, QUIET = "done", "quiet"

LIGHT = Palette(
    ground="#ffffff",
    text="#1f2937",
    soft="#4b5563",
    rule="#d1d5db",
    tones={
        Severity.INFO: "#1d63ad",
        Severity.WARNING: "#a34a07",
        Severity.CRITICAL: "#b91c1c",
        DONE: "#166534",
        QUIET: "#4b5563",
    },
)
DARK = Palette(
    ground="#17191c",
    text="#e5e7eb",
    soft="#b6bcc6",
    rule="#454b54",
    tones={
        Severity.INFO: "#7db8ee",
        Severity.WARNING: "#f0a85c",
        Severity.CRITICAL: "#ff8f86",
        DONE: "#7fd39a",
        QUIET: "#b6bcc6",
    },
)


def tone(severity: str, *, quiet: bool, settled: bool) -> str:
    """The name of the colour for something so grave, or that need not call for anybody."""
    return DONE if settled else QUIET if quiet else severity
