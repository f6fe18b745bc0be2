"""Pictures of every message, in Slack and as an e-mail: light, dark, and on a phone.

`python -m tests.preview DIR [NAME …]` needs Chromium (Debian's `chromium`, with `fonts-lato`,
`fonts-noto-core` and `fonts-noto-color-emoji`), and leaves HTML and PNG files in DIR.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.preview.pages import LOOKS, Look, all_of, pages

_TITLE = re.compile(r"<title>(\d+)</title>")
_WIDE = 'class="wide"'
_GAP = 14  # px between messages
_LONGEST = 60  # seconds for one picture


def main() -> None:
    """Draw those that are named, or all."""
    asked = argparse.ArgumentParser(prog="python -m tests.preview", description=__doc__)
    asked.add_argument("directory", type=Path)
    names = [[], *all_of(LOOKS[0])]
    asked.add_argument("names", nargs="*", choices=names, help="messages; all where none is named")
    asked.add_argument("--look", action="append", choices=[look.name for look in LOOKS])
    given = asked.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is not installed: apt-get install chromium fonts-lato fonts-noto-color-emoji")
    given.directory.mkdir(parents=True, exist_ok=True)
    for look in LOOKS:
        if given.look and look.name not in given.look:
            continue
        cases = {name: shown for name, shown in all_of(look).items() if name in (given.names or [name])}
        for number, page in enumerate(pages(cases, look), 1):
            path = given.directory / f"{look.name}-{number}.html"
            path.write_text(page)
            wide = _picture(chromium, path.resolve(), look)
            sys.stdout.write(f"{path.with_suffix('.png')}{' WIDER THAN ITS WINDOW' if wide else ''}\n")


def _picture(chromium: str, path: Path, look: Look) -> bool:
    """Once to learn how high it is, once to take it; does a mail in it need scrolling sideways?"""
    width = look.columns * (look.width + _GAP) + 24
    dumped = _run(chromium, look, "--dump-dom", f"--window-size={width},800", path.as_uri())
    found = _TITLE.search(dumped)
    height = int(found[1]) if found else 1_600
    shot = f"--screenshot={path.with_suffix('.png')}"
    _run(chromium, look, shot, f"--window-size={width},{height}", path.as_uri())
    return _WIDE in dumped


def _run(chromium: str, look: Look, *arguments: str) -> str:
    scheme = 0 if look.is_dark else 1
    # As root, as in a container, Chromium runs only without its sandbox; the pages are ours.
    flags = (
        "--headless",
        "--no-sandbox",
        "--hide-scrollbars",
        f"--blink-settings=preferredColorScheme={scheme}",
    )
    told = subprocess.run(
        [chromium, *flags, "--virtual-time-budget=2000", *arguments],
        capture_output=True,
        check=True,
        timeout=_LONGEST,
        text=True,
    )
    return told.stdout


if __name__ == "__main__":
    main()
