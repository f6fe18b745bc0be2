"""What a configuration can say in a later version: refused with "not yet", rather than ignored."""

from notifier.config.places import Finding, KeyPath

# `*` stands for any one step of the path, `**` for any number of them.
_LATER = {
    "escalate": "escalation",
    "slack.app_token": "a button in Slack",
}
_PATTERNS = {tuple(pattern.split(".")): what for pattern, what in _LATER.items()}


def without_later(data: dict[str, object]) -> tuple[dict[str, object], list[Finding]]:
    """Take out the keys that belong to a later version.

    Returns:
        The data without them, and a finding for each.
    """
    findings: list[Finding] = []
    kept = _kept(data, (), findings)
    assert isinstance(kept, dict)
    return kept, findings


def _kept(data: object, path: KeyPath, findings: list[Finding]) -> object:
    if isinstance(data, list):
        return [_kept(item, (*path, index), findings) for index, item in enumerate(data)]
    if not isinstance(data, dict):
        return data
    kept: dict[str, object] = {}
    for key, value in data.items():
        here = (*path, key)
        what = _later(here)
        if what is None:
            kept[key] = _kept(value, here, findings)
        else:
            text = f"not yet: {what} is not available in this version"
            findings.append(Finding(here, text, "remove it", at_key=True))
    return kept


def _later(path: KeyPath) -> str | None:
    return next((what for pattern, what in _PATTERNS.items() if _fits(pattern, path)), None)


def _fits(pattern: tuple[str, ...], path: KeyPath) -> bool:
    if not pattern or not path:
        return not pattern and not path
    if pattern[0] == "**":
        return _fits(pattern[1:], path) or _fits(pattern, path[1:])
    return pattern[0] in {"*", path[0]} and _fits(pattern[1:], path[1:])
