"""The configuration: its models, and reading it from YAML with errors that say where and how to mend."""

from notifier.config.advice import Advice, about_start, warnings
from notifier.config.document import read_document
from notifier.config.instants import start_instant
from notifier.config.loading import load
from notifier.config.locate import find
from notifier.config.mention import AGENT
from notifier.config.network import listen_address
from notifier.config.receivers import Agent, EmailReceiver, Receiver, SlackReceiver, agent_at
from notifier.config.rules import Level, Match, Rule
from notifier.config.schema import Account, Config, Delivery, EmailSettings, Log, Poll, SlackSettings, Web
from notifier.config.store import SYSTEM_STORE, store_path
from notifier.config.values import Secret, duration_text, parse_duration

__all__ = [
    "AGENT",
    "SYSTEM_STORE",
    "Account",
    "Advice",
    "Agent",
    "Config",
    "Delivery",
    "EmailReceiver",
    "EmailSettings",
    "Level",
    "Log",
    "Match",
    "Poll",
    "Receiver",
    "Rule",
    "Secret",
    "SlackReceiver",
    "SlackSettings",
    "Web",
    "about_start",
    "agent_at",
    "duration_text",
    "find",
    "listen_address",
    "load",
    "parse_duration",
    "read_document",
    "start_instant",
    "store_path",
    "warnings",
]
