"""`schema`: the form of the configuration, for editors."""

from notifier.cli.show import print_json


def schema() -> None:
    """Print the JSON Schema of the configuration: editors complete, explain and check it by that.

    Put it beside the file, as in `notifier schema > config.schema.json`; the first line of
    config.example.yaml names it.
    """
    from notifier.config.json_schema import json_schema

    print_json(json_schema())
