"""The words are defined: rule codes in docs/design, terms in the glossary; idioms stay out."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DESIGN = ROOT / "docs/design"
CODE = re.compile(r"(?<![\w.-])(?:[FTDURHVI][1-9][0-9]?|C(?:1?[1-9]|[12]0|2[1-5]))(?![\w-]|\.\d)")
RANGE = re.compile(r"\b([CFTDURHVI])(\d{1,2})[-–](?:\1)?(\d{1,2})\b")
SECTION = re.compile(r"\b[Ss]ection (\d+)\b")
NOQA = re.compile(r"noqa\b.*")

IDIOMS = (
    "a moment", "amid", "anew", "are told", "as ever", "at hand", "bears? on", "come right back",
    "for ever", "go on", "goes on", "hence", "is told", "in the way", "mend", "mended", "mends",
    "of one's own", r"stands(?!\s+for)", "tells", "told", "whoever",
    "without a word",
)  # fmt: skip
"""Phrases that a reader of international English has to guess at."""
IDIOM = re.compile(rf"\b(?:{'|'.join(IDIOMS)})\b".replace(" ", r"\s+"), re.IGNORECASE)


# --- what is read


def sources() -> list[Path]:
    folders = ("jittask", "tests", "benchmarks", "scripts")
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if ROOT / "tests/trees" not in path.parents]


def pages() -> list[Path]:
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def docstrings(source: str) -> Iterator[str]:
    """Yield the texts that stand alone: docstrings, of attributes too."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.value.value


def comments(source: str) -> Iterator[str]:
    """Yield the comments, without the codes of lint rules."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield NOQA.sub("", token.string)


def prose(page: str) -> str:
    """Return a page without its code."""
    return re.sub(
        r"`[^`\n]+`", "", re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE)
    )


def descriptions(schema: object) -> Iterator[str]:
    """Yield the texts for people in a JSON Schema."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key in ("title", "description", "$comment") and isinstance(value, str):
                yield value
            else:
                yield from descriptions(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from descriptions(value)


def codes(text: str) -> set[str]:
    """Return the rule codes that a text names; ``F4-F6`` names three."""
    found = set(CODE.findall(text))
    for letter, first, last in RANGE.findall(text):
        found |= {f"{letter}{number}" for number in range(int(first), int(last) + 1)}
    return found


def named() -> Iterator[tuple[str, str]]:
    """Yield every text that may name a rule, with the file that it is in."""
    for path in sources():
        source = path.read_text(encoding="utf-8")
        for text in (*docstrings(source), *comments(source)):
            yield path.relative_to(ROOT).as_posix(), text
    for path in pages():
        yield path.relative_to(ROOT).as_posix(), prose(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "schemas").glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        yield from ((path.relative_to(ROOT).as_posix(), text) for text in descriptions(schema))
    cases = (ROOT / "tests/schedule/cases.py").read_text(encoding="utf-8")
    yield "tests/schedule/cases.py", " ".join(re.findall(r'Case\("(\w+)"', cases))
    checker = (ROOT / "tests/faults/checker.py").read_text(encoding="utf-8")
    yield "tests/faults/checker.py", " ".join(re.findall(r'"(I\d+)"', checker))


def defined() -> Counter[str]:
    """Return how often docs/design defines each code: by a heading, or a row of a table."""
    pattern = re.compile(r"^(?:#+ |\| )([CFTDURHVI]\d{1,2})(?=:| \|)", re.MULTILINE)
    texts = (path.read_text(encoding="utf-8") for path in DESIGN.glob("*.md"))
    return Counter(code for text in texts for code in pattern.findall(text))


# --- rules


def test_every_rule_that_is_named_is_defined() -> None:
    known = defined()
    unknown = {(file, code) for file, text in named() for code in codes(text) - known.keys()}
    assert not unknown, "define it in docs/design, or name another rule"


def test_every_rule_is_defined_once_and_without_gaps() -> None:
    known = defined()
    assert {code for code, times in known.items() if times > 1} == set()
    for letter in {code[0] for code in known} - {"C"}:  # those of the page are still to come
        numbers = sorted(int(code[1:]) for code in known if code[0] == letter)
        assert numbers == list(range(1, len(numbers) + 1)), letter


def test_every_section_that_is_named_is_listed() -> None:
    index = (DESIGN / "index.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| (\d+) \| \[", index, re.MULTILINE))
    files = {
        path.relative_to(ROOT).as_posix()
        for path in sources()
        if path.is_relative_to(ROOT / "jittask")
    }
    unknown = {
        (file, number)
        for file, text in named()
        if file in files
        for number in SECTION.findall(text)
        if number not in listed
    }
    assert not unknown


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Reads it (rules F4-F6, T1).", {"F4", "F5", "F6", "T1"}),
        ("D5: gone rows", {"D5"}),
        ("R10, and H1–H3", {"R10", "H1", "H2", "H3"}),
        ("T0 = start; 2026-05-01T09:00; U+00E9; C90; D102; 0xF4A; tasks.T1; T1_a; V1.2", set()),
    ],
)
def test_a_code_differs_from_what_looks_alike(text: str, found: set[str]) -> None:
    assert codes(text) == found


def test_code_is_not_read_as_prose() -> None:
    source = '"""A rule (T4)."""\nname = "T9"  # by R2\nx = 1  # noqa: F40 U1\n'
    texts = [*docstrings(source), *comments(source)]
    assert set().union(*map(codes, texts)) == {"T4", "R2"}
    assert codes(prose("T4\n```\nT5\n```\nand `T6`")) == {"T4"}


# --- the glossary


def terms() -> list[list[str]]:
    """Return the cells of the glossary's rows: word, meaning, place, what it replaces."""
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+) \|$", text, re.MULTILINE)
    cells = [row.split(" | ") for row in rows]
    return [row for row in cells if row[0] not in ("word", "---")]


@pytest.mark.parametrize("term", terms(), ids=lambda term: term[0])
def test_a_term_of_the_glossary_has_a_meaning_and_a_place(term: list[str]) -> None:
    word, meaning, place, _ = term
    assert meaning.endswith("."), word
    paths = re.findall(r"`(jittask/[^`]+)`", place)
    assert paths, f"{word}: where is it in code?"
    for path in paths:
        assert (ROOT / path).exists(), f"{word}: {path} is not there; correct docs/glossary.md"


def test_a_word_is_in_the_glossary_once_and_not_replaced_by_another() -> None:
    words = Counter(word for row in terms() for word in row[0].split(", "))
    assert {word for word, times in words.items() if times > 1} == set()


# --- idioms


PACKAGE = [path for path in sources() if path.is_relative_to(ROOT / "jittask")]


def messages(source: str) -> Iterator[str]:
    """Yield the strings that are no docstrings, the texts of f-strings too: messages, mostly."""
    tree = ast.parse(source)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


@pytest.mark.parametrize("path", PACKAGE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_is_plain_english(path: Path) -> None:
    """Its docstrings, its comments, and what it says to users."""
    source = path.read_text(encoding="utf-8")
    texts = (*docstrings(source), *comments(source), *messages(source))
    assert not [found for text in texts for found in IDIOM.findall(text)]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_is_plain_english(page: Path) -> None:
    assert not IDIOM.findall(prose(page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("schema", sorted((ROOT / "schemas").glob("*.json")), ids=lambda p: p.name)
def test_a_schema_is_plain_english(schema: Path) -> None:
    texts = descriptions(json.loads(schema.read_text(encoding="utf-8")))
    assert not [found for text in texts for found in IDIOM.findall(text)]


def test_an_idiom_is_seen_wherever_it_is_said() -> None:
    source = '"""It goes\n on."""\nraise Error(f"{x} was told", "ok")  # whoever asks\n'
    texts = (*docstrings(source), *comments(source), *messages(source))
    found = [idiom for text in texts for idiom in IDIOM.findall(text)]
    assert sorted(found) == ["goes\n on", "told", "whoever"]
