"""Digests as they are understood; what is refused stands in `faults/digests.txt`."""

from pathlib import Path

from tests.support.config_files import config_text, load_text

AGENTS = '{"209": {team: sales, slack: U012AB3CD}}'


def test_a_digest_is_read_with_its_defaults(tmp_path: Path) -> None:
    text = config_text(digests='[{name: evening, at: "18:30", notify: room}]')
    (digest,) = load_text(tmp_path, text).digests
    assert (digest.at, digest.team, digest.timezone, digest.notify) == ((18 * 60 + 30,), (), None, ("room",))
    assert digest.skip_empty
    assert frozenset().union(*digest.days) == frozenset(range(7))


def test_times_need_no_quotes_and_days_may_be_a_list(tmp_path: Path) -> None:
    text = config_text(
        agents=AGENTS,
        digests="[{name: e, at: [09:00, 18:30], days: [mon-wed, sat], team: sales, timezone: Asia/Dubai,"
        " notify: [room], skip_empty: false}]",
    )
    (digest,) = load_text(tmp_path, text).digests
    assert digest.at == (9 * 60, 18 * 60 + 30)
    assert frozenset().union(*digest.days) == {0, 1, 2, 5}
    assert (str(digest.timezone), digest.team, digest.skip_empty) == ("Asia/Dubai", ("sales",), False)
