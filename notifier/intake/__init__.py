"""Loop 1: read TeleCMI, and take in what is new."""

from notifier.intake.intake import Intake
from notifier.intake.take import Rulebook

__all__ = ["Intake", "Rulebook"]
