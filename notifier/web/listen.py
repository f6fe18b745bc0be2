"""Where the pages are served: "127.0.0.1:9464", "localhost:0", "[::1]:9464"."""

import re

from notifier.errors import NotifierError

_LISTEN = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[^\s:\[\]/]+)):(?P<port>[0-9]{1,5})")


def parse_listen(listen: str) -> tuple[str, int]:
    """Split it into host and port; port 0 means any free one.

    Raises:
        NotifierError: it is not of that form; the text says of which it should be.
    """
    match = _LISTEN.fullmatch(listen)
    if match is None or int(match["port"]) > 65535:
        msg = "web.listen: write host:port, like 127.0.0.1:9464, or [::1]:9464 for IPv6"
        raise NotifierError(msg)
    return match["v6"] or match["host"], int(match["port"])
