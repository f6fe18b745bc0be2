"""A small disk for a store, where this machine lets us make one: a file system in a file.

A real one, so that it can be full, and become read-only under the daemon as the kernel does after an error.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SIZE = 400_000_000  # bytes, not written before they are used; more than what is reported as too little
_NEEDED = ("mkfs.ext4", "e2fsck", "mount", "umount", "losetup")
_TIMEOUT = 60


class NoDisk(Exception):
    """None can be made here; the text says why."""


class Disk:
    """A mounted file system of its own.

    Args:
        image: the file that holds it.
        place: where it is mounted.
    """

    def __init__(self, image: Path, place: Path) -> None:
        self.image = image
        self.place = place
        self._ballast = place / "ballast"

    def fill(self) -> None:
        """Leave no byte free."""
        with self._ballast.open("ab", buffering=0) as file:
            # Most of it at once, without writing it; the rest down to the last byte.
            free = os.statvfs(self.place)
            with contextlib.suppress(OSError):
                os.posix_fallocate(file.fileno(), 0, max(1, free.f_bavail - 100) * free.f_frsize)
            file.seek(0, os.SEEK_END)
            size = 1 << 20
            while size:
                try:
                    file.write(b"\0" * size)
                except OSError:
                    size //= 2

    def make_room(self) -> None:
        """Free what `fill` took."""
        self._ballast.unlink()

    def fail(self) -> None:
        """Let the kernel find an error: from now on the file system is read-only."""
        device = _run("findmnt", "--noheadings", "--output", "SOURCE", str(self.place)).strip()
        (Path("/sys/fs/ext4") / Path(device).name / "trigger_fs_error").write_text("1")

    def repair(self) -> None:
        """What ops do then, while nobody uses it: unmount it, check it, mount it again."""
        _run("umount", str(self.place))
        subprocess.run(["e2fsck", "-fy", str(self.image)], capture_output=True, timeout=_TIMEOUT, check=False)
        _mount(self.image, self.place)


@contextmanager
def a_disk(folder: Path) -> Iterator[Disk]:
    """Make one, mount it, and take it away.

    Args:
        folder: for its image; it is mounted below it.

    Raises:
        NoDisk: it can't be made here.
    """
    if os.geteuid() != 0 or not all(map(shutil.which, _NEEDED)):
        raise NoDisk(f"needs root, and {', '.join(_NEEDED)}")
    image, place = folder / "disk.image", folder / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(_SIZE)
    try:
        _run("mkfs.ext4", "-q", "-m", "0", str(image))
        _mount(image, place)
    except (OSError, subprocess.SubprocessError) as error:
        raise NoDisk(f"a loop device can't be mounted here ({type(error).__name__})") from None
    try:
        yield Disk(image, place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], capture_output=True, timeout=_TIMEOUT, check=False)
        image.unlink()


def _mount(image: Path, place: Path) -> None:
    _run("mount", "-o", "loop,errors=remount-ro", str(image), str(place))


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=True)
    return done.stdout
