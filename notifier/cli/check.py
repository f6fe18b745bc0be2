"""`check`: is the configuration good?"""

import os

from notifier.cli.common import ConfigOption, config_file
from notifier.cli.show import complain, counted
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
        f"{path}: good: {counted(len(loaded.telecmi.accounts), 'account')}, "
        f"{counted(len(loaded.rules), 'rule')}, {counted(len(loaded.receivers), 'receiver')}; "
        f"the store is {store_path(loaded)}"
    )
    if loaded.dry_run:
        print(f"{path}: dry_run is on: nothing is sent")
