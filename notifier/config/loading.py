"""From a file to a configuration that can be trusted, or to everything that is wrong with it at once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from notifier.config.checks import findings_in
from notifier.config.document import read_document
from notifier.config.messages import findings_of
from notifier.config.placeholders import Sources, resolved
from notifier.config.places import Finding, KeyPath, Places
from notifier.config.remains import Remains, remains_of
from notifier.config.schema import Config
from notifier.config.store import with_store_url
from notifier.config.view import view_of
from notifier.errors import ConfigError, Problem

_MOST_SHOWN = 200
_STAND_INS: Mapping[str | int, object] = {
    "app_id": 1
}  # of no use without the secrets, but it must be a number


def load(path: Path, environ: Mapping[str, str], *, resolve: bool = True) -> Config:
    """Read a configuration file.

    Args:
        path: the file.
        environ: the environment, for `${NAME}` and `$CREDENTIALS_DIRECTORY`.
        resolve: False for commands that only read the store: no file and no credential is read, and a
            variable that is not set is no error; strings with such a placeholder stay as they are written.

    Raises:
        ConfigError: it can't be used; holds every problem, in the order of the file.
    """
    file = path.absolute()
    document = read_document(path)
    found = _Found(document.places)
    found.add(document.findings)
    data, unresolved, left = resolved(document.data, Sources(environ, file.parent, everything=resolve))
    found.add(unresolved)
    if ("store", "url") in left and not resolve:
        found.add([_needed(Finding(("store", "url"), ""))])

    config, findings = _validated(data)
    forgotten = left & {document.places.written(finding.path) for finding in findings}
    if not resolve and _forget(data, forgotten):
        config, findings = _validated(data)
        findings = [_needed(finding) if finding.path in left else finding for finding in findings]
    found.add(findings)
    # What is said of a default that stands in for a `${…}` is not said of the configuration.
    doubtful = set() if resolve else {_part(path) for path in forgotten}
    remains = remains_of(data)
    across = [_as_written(finding, remains) for finding in findings_in(view_of(data, remains.config))]
    found.add(
        finding
        for finding in across
        if document.places.written(finding.path) not in left and _part(finding.path) not in doubtful
    )
    if found.findings:
        raise ConfigError(found.problems())
    assert config is not None
    return with_store_url(config, file, environ)


class _Found:
    """What was found so far, step by step: what an earlier step found is not complained of again."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.findings: list[Finding] = []
        self._faulty: set[KeyPath] = set()
        self._touched: set[KeyPath] = set()  # those, and what they lie in

    def add(self, findings: Iterable[Finding]) -> None:
        fresh = [finding for finding in findings if not self._is_known(finding)]
        self.findings += fresh
        for finding in fresh:
            if finding.spot is not None:
                continue  # a key too many: what stands at its path is another matter
            self._faulty.update((finding.path, *finding.also))
            self._touched.update(
                path[:end] for path in (finding.path, *finding.also) for end in range(1, len(path) + 1)
            )

    def _is_known(self, finding: Finding) -> bool:
        return self._is_faulty(finding.path, within=not finding.at_key) or any(
            map(self._is_faulty, finding.also)
        )

    def _is_faulty(self, path: KeyPath, *, within: bool = True) -> bool:
        """Was fault found with that, with what it lies in, or with something in it?"""
        written = self.places.written(path)
        if within and written in self._touched:
            return True
        return any(written[:end] in self._faulty for end in range(1, len(written) + 1))

    def problems(self) -> list[Problem]:
        problems = self.places.problems(self.findings)
        rest = len(problems) - _MOST_SHOWN
        if rest > 0:
            problems[_MOST_SHOWN:] = [Problem(self.places.file, "", f"and {rest} more problems")]
        return problems


def _validated(data: dict[str, object]) -> tuple[Config | None, list[Finding]]:
    try:
        return Config.model_validate(data), []
    except ValidationError as error:
        return None, findings_of(error)


def _as_written(finding: Finding, remains: Remains) -> Finding:
    also = tuple(remains.written(path) for path in finding.also)
    return replace(finding, path=remains.written(finding.path), also=also)


def _needed(finding: Finding) -> Finding:
    return Finding(
        finding.path, "its `${…}` is needed here too", "set the variable, or write the value itself"
    )


def _part(path: KeyPath) -> KeyPath:
    """The rule, digest or section that a path lies in."""
    return path[:2] if path[0] in {"rules", "digests"} else path[:1]


def _forget(data: dict[str, object], paths: Iterable[KeyPath]) -> bool:
    """Take out what means nothing with its placeholder, so that its default applies; was there any?"""
    some = False
    for path in sorted(paths, key=len, reverse=True):  # what lies deeper first, while it is still there
        *way, last = path[:-1] if isinstance(path[-1], int) else path
        holder: object = data
        for step in way:
            holder = holder[step]  # type: ignore[index]  # the path came from this very data
        assert isinstance(holder, dict)
        if last in _STAND_INS:
            holder[last] = _STAND_INS[last]
        else:
            holder.pop(last, None)
        some = True
    return some
