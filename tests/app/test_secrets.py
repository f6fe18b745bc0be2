"""A secret that was replaced in its file is kept out of the logs as the first one was."""

from pathlib import Path

from notifier.app.secrets import guard, secrets_of
from notifier.config import load
from notifier.host.masking import clean

CONFIG = """
telecmi: {accounts: [{name: main, region: india, app_id: 1, secret: "${file:secret}"}]}
receivers: {room: {webhook: {url: "https://example.com/in", secret: 0123456789abcdef}}}
rules: [{name: every, notify: room}]
"""


def test_what_is_read_anew_in_place_of_a_secret_is_no_less_of_one(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("the-first-one")
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    config = load(path, {})
    assert "the-first-one" in list(secrets_of(config))
    guard(config)
    file.write_text("the-second-one")
    (account,) = config.telecmi.accounts
    assert account.secret.reread()
    assert clean("the-first-one, the-second-one", limit=100) == "***, ***"
