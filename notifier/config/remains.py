"""What remains of a configuration when its faulty parts are taken out, and where the rest of it stood."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from notifier.config.places import KeyPath
from notifier.config.schema import Config

_NO_NAME = "no-name-is-given"
_NO_APP = 999_999_999_999_999_999
_ACCOUNT = {"name": _NO_NAME, "region": "india", "app_id": _NO_APP, "secret": "-"}
_ADDRESS = "nobody@example.com"

# What is needed and not there. Only that is said of it, so any value will do that no check finds fault with.
_STAND_INS: Mapping[tuple[str, ...], object] = {
    ("telecmi",): {"accounts": [_ACCOUNT]},
    ("telecmi", "accounts"): [_ACCOUNT],
    **{("telecmi", "accounts", "*", key): value for key, value in _ACCOUNT.items()},
    ("slack", "bot_token"): "-",
    ("email", "host"): "localhost",
    ("email", "sender"): _ADDRESS,
    ("receivers", "*", "email", "to"): [_ADDRESS],
    ("receivers", "*", "webhook", "url"): "https://localhost/",
    ("receivers", "*", "webhook", "secret"): "-" * 32,
    ("rules", "*", "name"): _NO_NAME,
    ("rules", "*", "notify"): [_NO_NAME],
    ("rules", "*", "levels", "*", "count"): 2,
    ("rules", "*", "escalate", "*", "after"): "1m",
    ("rules", "*", "escalate", "*", "notify"): [_NO_NAME],
    ("digests", "*", "name"): _NO_NAME,
    ("digests", "*", "at"): ["00:00"],
    ("digests", "*", "notify"): [_NO_NAME],
}


@dataclass(frozen=True)
class Remains:
    """A configuration that pydantic finds no fault with, made from one that may have some."""

    config: Config
    _kept: Mapping[KeyPath, list[int]]

    def written(self, path: KeyPath) -> KeyPath:
        """Where that stood before items of lists were taken out."""
        return _written(path, self._kept)


def remains_of(data: Mapping[str, object]) -> Remains:
    """Take out what is faulty, however deep it lies and no more than that.

    Args:
        data: what the YAML holds, its `${…}` replaced; left as it is.
    """
    gone: set[KeyPath] = set()
    given: dict[KeyPath, dict[str, object]] = {}
    while True:
        kept: dict[KeyPath, list[int]] = {}
        rest = _Rest(gone, given, kept).of(data, ())
        try:
            return Remains(Config.model_validate(rest), kept)
        except ValidationError as error:
            wrong = {_written(one["loc"], kept): one["type"] for one in error.errors(include_url=False)}
            # A list of which every item is wrong counts as too short, too: its items are what to look at.
            above = {path[:end] for path in wrong for end in range(len(path))}
            before = frozenset(gone)
            for path in wrong.keys() - above:
                stand_in = _stand_in(path) if wrong[path] == "missing" else None
                if stand_in is not None:
                    given.setdefault(path[:-1], {})[str(path[-1])] = stand_in
                else:
                    gone.add(_faulty(path, data, before))


@dataclass(frozen=True, slots=True)
class _Rest:
    gone: Collection[KeyPath]
    given: Mapping[KeyPath, Mapping[str, object]]  # by where it is missing
    kept: dict[KeyPath, list[int]]  # filled: of each list that lost items, the numbers of those that stayed

    def of(self, value: object, path: KeyPath) -> object:
        """A copy without what is gone, and with what is given in its place."""
        if isinstance(value, dict):
            rest: dict[str, object] = {
                key: self.of(item, (*path, key))
                for key, item in value.items()
                if (*path, key) not in self.gone
            }
            return {**rest, **self.given.get(path, {})}
        if isinstance(value, list):
            stay = [index for index in range(len(value)) if (*path, index) not in self.gone]
            if len(stay) < len(value):
                self.kept[path] = stay
            return [self.of(value[index], (*path, index)) for index in stay]
        return value


def _written(path: KeyPath, kept: Mapping[KeyPath, list[int]]) -> KeyPath:
    found: KeyPath = ()
    for step in path:
        stay = kept.get(found)
        found = (*found, stay[step] if stay is not None and isinstance(step, int) else step)
    return found


def _stand_in(path: KeyPath) -> object:
    return next((value for pattern, value in _STAND_INS.items() if _fits(pattern, path)), None)


def _fits(pattern: tuple[str, ...], path: KeyPath) -> bool:
    return len(pattern) == len(path) and all(
        wanted in {"*", step} for wanted, step in zip(pattern, path, strict=True)
    )


def _faulty(path: KeyPath, data: Mapping[str, object], gone: Collection[KeyPath]) -> KeyPath:
    """What to take out for an error at a path: the smallest part that is there, and is not gone yet."""
    found: KeyPath = ()
    at: object = data
    for step in path:
        is_there = isinstance(step, int) if isinstance(at, list) else isinstance(at, dict) and step in at
        if not is_there:
            break  # one value where a list is meant, or pydantic's way to say that the key is meant
        at = at[step]  # type: ignore[index]  # a list's number, or a key that is there
        found = (*found, step)
    while found in gone:
        found = found[:-1]
    assert found, "what is needed at the top has its stand-in"
    return found
