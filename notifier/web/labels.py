"""What may stand in a label: names from the configuration, made safe; never who was called, or told."""

from notifier.host.masking import clean

_LIMIT = 100  # characters

SOURCE = ("account", "endpoint")


def label(name: str) -> str:
    """A name that ops gave, without the phone number or secret that they may have put into it."""
    return clean(name, limit=_LIMIT)


def source_labels(source: str) -> tuple[str, str]:
    """Account and endpoint of a source: "main/out_missed"."""
    account, _, endpoint = source.partition("/")
    return label(account), endpoint
