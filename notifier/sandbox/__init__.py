"""A TeleCMI look-alike: calls that appear with time, both regions' shapes, faults on demand."""

from notifier.sandbox.calls import Book, SandboxCall
from notifier.sandbox.faults import Chance, Fault, parse_faults
from notifier.sandbox.server import Sandbox
from notifier.sandbox.shapes import Region, Shape
from notifier.sandbox.traffic import traffic

__all__ = ["Book", "Chance", "Fault", "Region", "Sandbox", "SandboxCall", "Shape", "parse_faults", "traffic"]
