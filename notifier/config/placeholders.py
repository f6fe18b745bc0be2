"""`${NAME}`, `${file:/path}` and `${credential:NAME}` in the strings of a configuration.

They are replaced after the YAML was parsed, so what they hold can't change its structure; it is not looked
through again. `$${` stands for a plain `${`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from notifier.config.places import Finding, KeyPath
from notifier.config.values import Resolved

_LARGEST_FILE = 65_536  # bytes
_PLACEHOLDER = re.compile(r"\$(?P<plain>\$\{)|\$\{(?P<inner>[^{}]*)(?P<end>\})?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_CREDENTIAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")


class _Unresolved(Exception):
    def __init__(self, what: str, hint: str, *, malformed: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.malformed = malformed


@dataclass(frozen=True)
class Sources:
    """Where placeholders get their text from.

    Args:
        environ: the environment.
        folder: of the configuration file; relative paths begin there.
        everything: read files and credentials too, and let a variable that is not set be an error;
            otherwise what is not known is left as it stands.
    """

    environ: Mapping[str, str]
    folder: Path
    everything: bool

    def piece(self, inner: str) -> str | Path:
        """What stands for `${inner}`: a text that stays, or the file to read it from.

        Raises:
            _Unresolved: nothing does.
        """
        kind, colon, rest = inner.partition(":")
        if not colon and _NAME.fullmatch(kind):
            return self._variable(kind)
        secret_file = kind == "file" and rest != "" and rest.isprintable()
        credential = kind == "credential" and _CREDENTIAL.fullmatch(rest) is not None
        if not (secret_file or credential):
            raise _Unresolved(
                "not a placeholder",
                "write ${NAME}, ${file:/path} or ${credential:NAME}; $${ stands for a plain ${",
                malformed=True,
            )
        if not self.everything:
            raise _Unresolved(f"{kind} not read", "")
        return self.folder / rest if secret_file else _content(self._credentials(rest) / rest)

    def _variable(self, name: str) -> str:
        value = self.environ.get(name)
        if not value:
            raise _Unresolved(
                f"the environment variable {name} {'is not set' if value is None else 'is empty'}",
                f"set it (for the service: a line {name}=value in /etc/notifier/secrets.env, then restart)",
            )
        try:
            value.encode()
        except UnicodeEncodeError:
            what = f"the environment variable {name} is not UTF-8"
            raise _Unresolved(what, "set it to a proper text") from None
        return value

    def _credentials(self, name: str) -> Path:
        folder = self.environ.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise _Unresolved(
                f"no credential {name}: $CREDENTIALS_DIRECTORY is not set",
                "systemd sets it for a unit with LoadCredential=, elsewhere use ${NAME} or ${file:/path}",
            )
        return Path(folder)


def resolved(
    data: dict[str, object], sources: Sources
) -> tuple[dict[str, object], list[Finding], frozenset[KeyPath]]:
    """Replace the placeholders in all strings.

    Returns:
        The new data; what is wrong; and the paths of strings that still hold a placeholder.
    """
    resolver = _Resolver(sources)
    result = resolver.walk(data, ())
    assert isinstance(result, dict)
    return result, resolver.findings, frozenset(resolver.left)


class _Resolver:
    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.findings: list[Finding] = []
        self.left: set[KeyPath] = set()

    def walk(self, data: object, path: KeyPath) -> object:
        match data:
            case dict():
                return {key: self.walk(value, (*path, key)) for key, value in data.items()}
            case list():
                return [self.walk(value, (*path, index)) for index, value in enumerate(data)]
            case str() if "${" in data:
                return self._text(data, path)
            case _:
                return data

    def _text(self, text: str, path: KeyPath) -> str:
        try:
            pieces = _pieces(text, self.sources)
            result = Resolved(_joined(pieces))
        except _Unresolved as trouble:
            self.left.add(path)
            if self.sources.everything or trouble.malformed:
                self.findings.append(Finding(path, trouble.what, trouble.hint))
            return text
        if any(isinstance(piece, Path) for piece in pieces):
            result.reread = lambda: _joined_again(pieces)
        return result


def _pieces(text: str, sources: Sources) -> list[str | Path]:
    pieces: list[str | Path] = []
    end = 0
    for found in _PLACEHOLDER.finditer(text):
        pieces.append(text[end : found.start()])
        end = found.end()
        if found["plain"]:
            pieces.append("${")
        elif found["end"]:
            pieces.append(sources.piece(found["inner"]))
        else:
            raise _Unresolved("a `${` without its `}`", "close it; $${ stands for a plain ${", malformed=True)
    return [*pieces, text[end:]]


def _joined(pieces: list[str | Path]) -> str:
    return "".join(_content(piece) if isinstance(piece, Path) else piece for piece in pieces)


def _joined_again(pieces: list[str | Path]) -> str:
    """As `_joined`; empty where a file gives nothing, as it may for a moment while it is replaced."""
    try:
        return _joined(pieces)
    except _Unresolved:
        return ""


def _content(path: Path) -> str:
    """The text of a secret's file, without the line break that editors put at its end."""
    try:
        if path.exists() and not path.is_file():  # a pipe would wait for a writer for ever
            raise _Unresolved(f"{path} is no plain file", "name a file")
        with path.open("rb") as file:
            raw = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise _Unresolved(
            f"{path} can't be read: {_reason(error)}", "create it, readable by the service"
        ) from None
    if len(raw) > _LARGEST_FILE:
        raise _Unresolved(f"{path} is larger than 64 KB", "is it the right file?")
    try:
        text = raw.decode("utf-8-sig").rstrip()
    except UnicodeDecodeError:
        raise _Unresolved(f"{path} is not UTF-8", "is it the right file?") from None
    if not text:
        raise _Unresolved(f"{path} is empty", "write the secret into it")
    return text


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()
