import json

from notifier.config.json_schema import json_schema
from tests.support.commands import notifier


def test_the_schema_is_printed_without_any_configuration() -> None:
    result = notifier("schema", env={"NOTIFIER_CONFIG": "/nowhere"})
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == json_schema()
