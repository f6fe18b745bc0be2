"""From a file to a configuration that can be trusted, or to everything that is wrong with it at once."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from notifier.config.checks import findings_in
from notifier.config.document import read_document
from notifier.config.later import without_later
from notifier.config.messages import findings_of
from notifier.config.placeholders import Sources, resolved
from notifier.config.places import Finding, KeyPath, Places
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
    data, later = without_later(document.data)
    found.add(later)
    data, unresolved, left = resolved(data, Sources(environ, file.parent, everything=resolve))
    found.add(unresolved)
    if ("store", "url") in left and not resolve:
        found.add([_needed(Finding(("store", "url"), ""))])

    config, findings = _validated(data)
    if not resolve and _forget(data, left & {document.places.written(finding.path) for finding in findings}):
        config, findings = _validated(data)
        findings = [_needed(finding) if finding.path in left else finding for finding in findings]
    found.add(findings)
    found.add(
        finding for finding in findings_in(view_of(data)) if document.places.written(finding.path) not in left
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
        self._touched: set[KeyPath] = set()

    def add(self, findings: Iterable[Finding]) -> None:
        fresh = [finding for finding in findings if self.places.written(finding.path) not in self._touched]
        self.findings += fresh
        for finding in fresh:
            if finding.spot is not None:
                continue  # a key too many: what stands at its path is another matter
            self._touched.update(finding.path[:end] for end in range(1, len(finding.path) + 1))

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


def _needed(finding: Finding) -> Finding:
    return Finding(
        finding.path, "its `${…}` is needed here too", "set the variable, or write the value itself"
    )


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
