"""YAML is read without its traps, and refused with a place, never with a value."""

from pathlib import Path

import pytest

from notifier.config.document import LARGEST_FILE, parse_document, read_document, without_values
from notifier.config.places import Finding, Spot
from notifier.errors import ConfigError


def refusal(text: str) -> str:
    with pytest.raises(ConfigError) as raised:
        parse_document(text, "c.yaml")
    return str(raised.value)


def refusal_of_file(path: Path, raw: bytes) -> str:
    path.write_bytes(raw)
    with pytest.raises(ConfigError) as raised:
        read_document(path)
    return str(raised.value).replace(str(path), "c.yaml")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("on", "on"),
        ("True", "True"),
        ("09:30", "09:30"),
        ("1:30:00", "1:30:00"),
        ("0201", "0201"),
        ("0o17", "0o17"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        ("1.5", "1.5"),
        ("+91", "+91"),
        (".inf", ".inf"),
        ("2026-01-31", "2026-01-31"),
        ("9" * 19, "9" * 19),
        ("=", "="),
        ("NULL", "NULL"),
        ("209", 209),
        ("0", 0),
        ("-5", -5),
        ("-0", "-0"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"209"', "209"),
        ("'true'", "true"),
        ('"~"', "~"),
        ('""', ""),
        ("|-\n  209", "209"),
        (">-\n  true", "true"),
    ],
)
def test_only_what_is_plainly_meant_is_anything_but_text(written: str, value: object) -> None:
    read = parse_document(f"key: {written}\n", "c.yaml").data["key"]
    assert read == value
    assert type(read) is type(value)


def test_keys_are_text_as_they_are_written() -> None:
    document = parse_document('209: a\n0201: b\ntrue: c\n"210": d\n~: e\n09:30: f\n', "c.yaml")
    assert document.data == {"209": "a", "0201": "b", "true": "c", "210": "d", "~": "e", "09:30": "f"}
    assert document.findings == ()


def test_the_places_of_keys_and_values_are_known() -> None:
    document = parse_document("a:\n  - x\n  - b: 'ü'\n    c: {d: 1}\n", "c.yaml")

    def spot(*path: str | int, at_key: bool = False) -> Spot:
        return document.places.spot(Finding(path, "", at_key=at_key))

    assert spot("a", 0) == Spot(2, 5)
    assert spot("a", 1, "b") == Spot(3, 8)
    assert spot("a", 1, "b", at_key=True) == Spot(3, 5)
    assert spot("a", 1, "c", "d") == Spot(4, 12)
    assert spot("a", 1, "c", "missing") == Spot(4, 8)
    assert spot("a", 0, at_key=True) == Spot(2, 5)
    assert spot() == Spot(1, 1)


def test_a_byte_order_mark_is_not_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(b"\xef\xbb\xbfkey: 1\r\nnext: 2\r\n")
    assert read_document(path).data == {"key": 1, "next": 2}


def test_aliases_stand_for_what_they_name() -> None:
    document = parse_document("a: &x [1, {b: 2}]\nc: *x\nd: *x\n", "c.yaml")
    assert document.data["c"] == document.data["a"] == [1, {"b": 2}]
    assert document.data["c"] is not document.data["d"]
    assert document.places.spot(Finding(("c", 1, "b"), "")) == Spot(1, 15)


def test_aliases_that_multiply_are_refused_before_they_fill_the_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "far too much is nested or repeated here" in refusal("\n".join(lines))


@pytest.mark.parametrize("text", ["a: &x [*x]", "a: &x {b: *x}", "&x a: &y {b: [*y, *y]}"])
def test_an_alias_within_what_it_names_is_refused(text: str) -> None:
    assert "far too much is nested or repeated here" in refusal(text)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_at_once(opening: str) -> None:
    assert "nested deeper than 32 levels" in refusal(f"{opening * 200_000}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "c.yaml: it is empty; begin with config.example.yaml"),
        ("# nothing\n", "c.yaml: it is empty; begin with config.example.yaml"),
        ("- a\n", "c.yaml:1:1: it is no mapping; begin with `telecmi:` on a line of its own"),
        ("secret:abc\n", "c.yaml:1:1: it is no mapping; begin with `telecmi:` on a line of its own"),
        ("~\n", "c.yaml:1:1: it is no mapping; begin with `telecmi:` on a line of its own"),
        (
            "a: 1\n---\nb: 2\n",
            "c.yaml:2:1: a second document begins here; delete the line `---` and what follows",
        ),
        ("a:\n\tb: 1\n", "c.yaml:2:1: a tab in the indentation; write blanks instead"),
        ("a:\n  b: 1\n  \tc: 1\n", "c.yaml:3:1: a tab in the indentation; write blanks instead"),
        ("a: 1\nb: x\x00y\n", "c.yaml:2:5: a character that a text can't hold (U+0000); delete it"),
        ("a: x\x1by\n", "c.yaml:1:5: a character that a text can't hold (U+001B); delete it"),
        ("a: x\ufeffy\n", "c.yaml:1:5: a character that a text can't hold (U+FEFF); delete it"),
        (
            "a: !secret hunter2\n",
            (
                "c.yaml:1:4: a YAML tag (`!…`) means nothing here;"
                " take the tag out, or put a value that begins with ! in quotes"
            ),
        ),
        (
            "a: !!python/object/apply:os.system [hunter2]\n",
            (
                "c.yaml:1:4: a YAML tag (`!…`) means nothing here;"
                " take the tag out, or put a value that begins with ! in quotes"
            ),
        ),
        (
            "a: hunter2: x\n",
            (
                "c.yaml:1:11: not YAML: mapping values are not allowed in this context;"
                " put a value that holds a colon and a blank in quotes, and line up the indentation"
            ),
        ),
        (
            "a: *hunter2\n",
            "c.yaml:1:4: not YAML: found undefined alias; put a value that begins with * in quotes",
        ),
        (
            "a: @hunter2\n",
            (
                "c.yaml:1:4: not YAML: found character that cannot start any token;"
                " put a value that begins with @, ` or % in quotes"
            ),
        ),
        (
            'a: "hunter2\n',
            (
                "c.yaml:2:1: not YAML: found unexpected end of stream;"
                " look at the indentation, quotes and brackets here and just above;"
                " inside {…} and […], put what holds #, ${…} or : in quotes"
            ),
        ),
    ],
)
def test_what_is_no_configuration_is_refused_with_its_place(text: str, problem: str) -> None:
    assert refusal(text) == problem


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("a: {b: hunter2\nc: 2\n", "expected ',' or '}'"),
        ("a: [hunter2, 2\nc: 2\n", "expected ',' or ']'"),
        ("a: 'hunter2'hunter2\n", ""),
        ("a: ['hunter2'hunter2]\n", "expected ',' or ']'"),
        ("a: *hunter2\n", "found undefined alias"),
        ('a: "\\hunter2"\n', "found unknown escape character"),
    ],
)
def test_the_signs_of_yaml_that_are_missing_are_named_and_no_value(text: str, signs: str) -> None:
    said = refusal(text)
    assert signs in said
    assert "hunter" not in said


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("expected ',' or '}', but got '<scalar>'", "expected ',' or '}', but got '<scalar>'"),
        ("expected ',' or ']', but got 'hunter2'", "expected ',' or ']', but got …"),
        ("found undefined alias 'hunter2'", "found undefined alias …"),
        ("found 'hun'ter2' or 'x', not ','", "found …"),
        ('found "hunter2"', "found …"),
        ("found unknown escape character 'h'", "found unknown escape character …"),
    ],
)
def test_of_what_is_quoted_only_the_signs_are_kept(said: str, kept: str) -> None:
    """The parser that is written in Python names what it found, too."""
    assert without_values(said) == kept


def test_all_tabs_are_named_up_to_a_limit() -> None:
    assert refusal("a:\n\tb: 1\n\tc: 1\n\n\t# a comment\n").count("a tab in the indentation") == 3
    assert refusal("a:\n" + "\tb: 1\n" * 100).count("a tab in the indentation") == 20


def test_a_tab_that_is_no_indentation_is_fine() -> None:
    assert parse_document("a: 1\t# one\nb: 'x\ty'\n", "c.yaml").data == {"a": 1, "b": "x\ty"}


def test_doubled_and_odd_keys_are_found_and_the_rest_is_read() -> None:
    document = parse_document('a: 1\n"a": 2\n[x]: 3\n"": 4\n<<: {b: 5}\n"<<": 6\nc: 7\n', "c.yaml")
    assert document.data == {"a": 1, "<<": 6, "c": 7}
    assert [str(problem) for problem in document.places.problems(document.findings)] == [
        "c.yaml:2:1: a: given twice, first in line 1; keep one of the two",
        "c.yaml:3:1: a key that is a list or a mapping; write a plain word and a colon",
        "c.yaml:4:1: a key without a name; write a word before the colon",
        "c.yaml:5:1: merge keys (<<) are not read; write the keys out",
    ]


def test_a_file_that_is_not_utf_8_is_refused_where_it_stops_being_it(tmp_path: Path) -> None:
    problem = "it is not UTF-8 here; save the file as UTF-8"
    path = tmp_path / "c.yaml"
    assert refusal_of_file(path, "a: 1\nnäme: ".encode() + b"\xe9\n") == f"c.yaml:2:7: {problem}"
    assert refusal_of_file(path, b"\xef\xbb\xbfa: \xff") == f"c.yaml:1:4: {problem}"
    assert refusal_of_file(path, "a: 1".encode("utf-16")) == f"c.yaml:1:1: {problem}"


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    assert (
        refusal_of_file(path, b"#" * (LARGEST_FILE + 1))
        == "c.yaml: it is larger than 1 MB; is it the right file?"
    )
    assert "it is empty" in refusal_of_file(path, b"#" * LARGEST_FILE)


def test_a_file_that_is_not_there_or_no_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    for path, what in (
        (tmp_path / "none.yaml", "there is no such file; copy config.example.yaml there"),
        (tmp_path, "it is a folder; name the file in it"),
        (tmp_path / ("x" * 300), "it can't be read; look at the file and its disk"),
        (tmp_path / "a\0b", "it can't be read; look at the file and its disk"),
    ):
        with pytest.raises(ConfigError) as raised:
            read_document(path)
        assert f"{path}: {what}" in str(raised.value)
