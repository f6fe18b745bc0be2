"""TeleCMI as it is: how it is asked, how its answers are read, and when a read is complete."""

from notifier.telecmi.client import Client, Page
from notifier.telecmi.interval import Interval, Parts, new_watermark, next_interval
from notifier.telecmi.pages import Pages, Verdict
from notifier.telecmi.parse import Answer
from notifier.telecmi.wire import Http, http_client

__all__ = [
    "Answer",
    "Client",
    "Http",
    "Interval",
    "Page",
    "Pages",
    "Parts",
    "Verdict",
    "http_client",
    "new_watermark",
    "next_interval",
]
