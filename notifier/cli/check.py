"""`check`: is the configuration good?"""

import os
from collections.abc import Sized

from notifier.cli.common import ConfigOption, config_file
from notifier.cli.show import complain
from notifier.config import load, store_path, warnings


def check(config: ConfigOption = None) -> None:
    """Read the configuration and say all that is wrong with it: where, what, and how to mend it.

    Secrets are read too, so it needs what the daemon needs. Nothing is connected, nothing is stored.
    """
    path = config_file(config)
    loaded = load(path, os.environ)
    for warning in warnings(loaded):
        complain(f"{path}: warning: {warning}")
    print(
        f"{path}: good: {_count(loaded.telecmi.accounts, 'account')}, {_count(loaded.rules, 'rule')}, "
        f"{_count(loaded.receivers, 'receiver')}; the store is {store_path(loaded)}"
    )
    if loaded.dry_run:
        print(f"{path}: dry_run is on: nothing is sent")


def _count(things: Sized, word: str) -> str:
    count = len(things)
    return f"{count} {word}{'' if count == 1 else 's'}"
