"""Reading YAML into plain data with the place of every key and value.

YAML 1.1's traps are closed: only `true` and `false` are booleans, only plain decimal digits without a leading
zero are numbers, only nothing, `~` and `null` are null; all else, and whatever is quoted, is text as written.
No message holds a value, since any value may be secret.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import yaml

from notifier.config.places import Finding, KeyPath, Places, Spot
from notifier.errors import ConfigError, Problem

LARGEST_FILE = 1_000_000  # bytes
_DEEPEST = 32
_MOST_NODES = 100_000  # aliases counted as often as they are used
_MOST_TABS = 20

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAB = re.compile(r"^ *\t", re.MULTILINE)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_QUOTED = re.compile(r"""(?P<sign>'(?:[]{}[,:?-]|<[a-z ]+>)')|(['"]).+\2""")
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}

_HINTS = {
    "mapping values": "put a value that holds a colon and a blank in quotes, and line up the indentation",
    "cannot start any token": "put a value that begins with @, ` or % in quotes",
    "undefined alias": "put a value that begins with * in quotes",
    "duplicate anchor": "put a value that begins with & in quotes",
    "tag": "put a value that begins with ! in quotes",
    "escape character": "in \"…\" a backslash must be doubled; or use '…'",
}


class _Mark(Protocol):
    """Where something begins, counted from 0; the C parser has a class of its own for it."""

    line: int
    column: int


@dataclass(frozen=True)
class Document:
    """What a file holds."""

    data: dict[str, object]
    places: Places
    findings: tuple[Finding, ...]  # what is wrong with it as YAML, although it could be read


def read_document(path: Path) -> Document:
    """Read a configuration file.

    Raises:
        ConfigError: it can't be read, is no UTF-8, no YAML, or no mapping.
    """
    return parse_document(_text(path), str(path))


def parse_document(text: str, file: str) -> Document:
    """Read the text of a configuration file.

    Args:
        text: all of it.
        file: the file's name, for messages.

    Raises:
        ConfigError: it is no YAML, or no mapping.
    """
    _check_characters(text, file)
    root = _composed(text, file)
    if root is None:
        raise ConfigError([Problem(file, "", "it is empty", "begin with config.example.yaml")])
    if not isinstance(root, yaml.MappingNode):
        spot = _spot(root.start_mark)
        raise ConfigError(
            [_problem(file, spot, "it is no mapping", "begin with `telecmi:` on a line of its own")]
        )
    builder = _Builder(Places(file))
    builder.places.add((), _spot(root.start_mark))
    data = builder.mapping(root, ())
    return Document(data, builder.places, tuple(builder.findings))


def without_values(said: str) -> str:
    """The parser's words without what may be a value of the file. Signs of YAML, like ',', stay."""
    return _QUOTED.sub(lambda found: found["sign"] or "…", said)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        what, hint = _unreadable(error)
        raise ConfigError([Problem(str(path), "", what, hint)]) from None
    if len(raw) > LARGEST_FILE:
        raise ConfigError([Problem(str(path), "", "it is larger than 1 MB", "is it the right file?")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line = before.rpartition(b"\n")[2].decode()
        spot = Spot(before.count(b"\n") + 1, len(line) + 1)
        problem = _problem(str(path), spot, "it is not UTF-8 here", "save the file as UTF-8")
        raise ConfigError([problem]) from None


def _unreadable(error: Exception) -> tuple[str, str]:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return "there is no such file", "copy config.example.yaml there, or name another with --config"
        case PermissionError():
            return (
                "it may not be read by this user",
                "run as the user of the service: sudo -u notifier notifier …",
            )
        case IsADirectoryError():
            return "it is a folder", "name the file in it"
        case _:
            return "it can't be read", "look at the file and its disk"


def _check_characters(text: str, file: str) -> None:
    odd = _UNPRINTABLE.search(text)
    if odd:
        what = f"a character that a text can't hold (U+{ord(odd.group()):04X})"
        raise ConfigError([_problem(file, _spot_at(text, odd.start()), what, "delete it")])
    tabs = [
        _problem(file, _spot_at(text, tab.start()), "a tab in the indentation", "write blanks instead")
        for tab, _ in zip(_TAB.finditer(text), range(_MOST_TABS), strict=False)
    ]
    if tabs:
        raise ConfigError(tabs)


def _composed(text: str, file: str) -> yaml.Node | None:
    try:
        problem = next(_event_problems(text, file), None)
        if problem is None:
            node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
            return node
    except yaml.MarkedYAMLError as error:
        what = without_values(error.problem or "it can't be read")
        hint = next((hint for part, hint in _HINTS.items() if part in what), "")
        problem = _problem(
            file,
            _spot(error.problem_mark),
            f"not YAML: {what}",
            hint
            or "look at the indentation, quotes and brackets here and just above; "
            "inside {…} and […], put what holds #, ${…} or : in quotes",
        )
    raise ConfigError([problem])


def _event_problems(text: str, file: str) -> Iterator[Problem]:
    """What must be refused before nodes are built from it, since building them recurses."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        spot = _spot(event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > _DEEPEST:
            yield _problem(file, spot, f"nested deeper than {_DEEPEST} levels", "nothing here needs that")
        if documents > 1:
            yield _problem(
                file, spot, "a second document begins here", "delete the line `---` and what follows"
            )
        if getattr(event, "tag", None) is not None:
            hint = "take the tag out, or put a value that begins with ! in quotes"
            yield _problem(file, spot, "a YAML tag (`!…`) means nothing here", hint)


class _Builder:
    """Turns nodes into plain data, aliases and all, within a budget."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.findings: list[Finding] = []
        self._nodes = 0

    def mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, object]:
        data: dict[str, object] = {}
        firsts: dict[str, int] = {}
        for key_node, value_node in node.value:
            spot = _spot(key_node.start_mark)
            name = self._key(key_node, path, spot)
            if name is None:
                continue
            if name in firsts:
                self._refuse(
                    (*path, name), spot, f"given twice, first in line {firsts[name]}", "keep one of the two"
                )
                continue
            firsts[name] = spot.line
            data[name] = self._value(value_node, (*path, name), spot)
        return data

    def _value(self, node: yaml.Node, path: KeyPath, key: Spot | None = None) -> object:
        self._count(node, path)
        self.places.add(path, _spot(node.start_mark), key)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _key(self, node: yaml.Node, path: KeyPath, spot: Spot) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._refuse(path, spot, "a key that is a list or a mapping", "write a plain word and a colon")
        elif not node.value:
            self._refuse(path, spot, "a key without a name", "write a word before the colon")
        elif node.value == "<<" and not node.style:
            self._refuse(path, spot, "merge keys (<<) are not read", "write the keys out")
        else:
            return str(node.value)
        return None

    def _refuse(self, path: KeyPath, spot: Spot, what: str, hint: str) -> None:
        self.findings.append(Finding(path, what, hint, spot=spot))

    def _count(self, node: yaml.Node, path: KeyPath) -> None:
        self._nodes += 1
        if self._nodes > _MOST_NODES or len(path) > _DEEPEST:
            what = "far too much is nested or repeated here through aliases (`*…`)"
            finding = Finding(path[:4], what, "write it out", spot=_spot(node.start_mark))
            raise ConfigError(self.places.problems([finding]))


def _scalar(node: yaml.Node) -> object:
    assert isinstance(node, yaml.ScalarNode)
    text = str(node.value)
    if node.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _WHOLE.fullmatch(text) else text


def _spot(mark: _Mark | None) -> Spot:
    return Spot(mark.line + 1, mark.column + 1) if mark else Spot(1, 1)


def _spot_at(text: str, index: int) -> Spot:
    return Spot(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _problem(file: str, spot: Spot, what: str, hint: str) -> Problem:
    return Problem(f"{file}:{spot.line}:{spot.column}", "", what, hint)
