import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.errors import NotifierError
from notifier.web.listen import parse_listen


@pytest.mark.parametrize(
    ("listen", "parts"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:65535", ("::1", 65535)),
        ("[::]:80", ("::", 80)),
    ],
)
def test_host_and_port_are_split(listen: str, parts: tuple[str, int]) -> None:
    assert parse_listen(listen) == parts


@pytest.mark.parametrize(
    "listen",
    [
        "",
        "9464",
        ":9464",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:x",
        "::1:80",
        "[::1]",
        "a:-1",
    ],
)
def test_anything_else_is_refused_with_how_to_write_it(listen: str) -> None:
    with pytest.raises(NotifierError, match=r"web\.listen: write host:port, like 127\.0\.0\.1:9464"):
        parse_listen(listen)


@given(st.text())
@settings(deadline=None)
def test_nothing_makes_it_fail_in_another_way(listen: str) -> None:
    try:
        host, port = parse_listen(listen)
    except NotifierError:
        return
    assert host
    assert 0 <= port <= 65535
