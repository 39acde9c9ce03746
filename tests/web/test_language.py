"""Every text of the pages goes through gettext and has its English."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

import matchmaker.web
from matchmaker.web.language import FOLDER, compile_catalogues

WEB = Path(matchmaker.web.__file__).parent
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
GETTEXT = re.compile(r"\b_\(\s*('[^']*')|\bngettext\(\s*('[^']*')\s*,\s*('[^']*')")
# Languages are named in themselves, whatever the page speaks.
NAMES_OF_LANGUAGES = ("中文",)
# Marks that foreign text is cut and divided at; no page shows them as its own words.
SENTENCE_ENDS = {"。！？；;", "。 ", "。"}


def english() -> Catalog:
    return read_po(BytesIO((FOLDER / "en" / "LC_MESSAGES" / "messages.po").read_bytes()), locale="en")


def texts() -> set[str]:
    """Every msgid in the code, found the way pybabel finds it."""
    with (WEB / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(str(WEB), methods, options)
    return {
        message[0] if isinstance(message, tuple) else message for _file, _line, message, _comments, _context in found
    }


def plain_chinese(path: Path) -> Iterator[str]:
    """Chinese string literals of a Python file that are neither msgids nor docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    wrapped = {id(arg) for call in calls if getattr(call.func, "id", "") == "_" for arg in call.args}
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in wrapped | said:
            continue
        if CHINESE.search(node.value) and node.value not in SENTENCE_ENDS:
            yield node.value


def test_the_english_catalogue_has_exactly_the_texts_of_the_pages() -> None:
    kept = {message.id[0] if isinstance(message.id, tuple) else message.id for message in english() if message.id}
    assert kept == texts()


def test_no_english_text_is_missing_or_unsure() -> None:
    def unfinished(strings: str | tuple[str, ...] | list[str]) -> bool:
        return not strings or (not isinstance(strings, str) and not all(strings))

    assert [message.id for message in english() if message.id and (message.fuzzy or unfinished(message.string))] == []


def test_english_texts_are_english_and_keep_their_placeholders() -> None:
    def names(text: str) -> list[str]:
        return sorted(re.findall(r"%\((\w+)\)", text))

    for message in english():
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            strings = [message.string] if isinstance(message.string, str) else list(message.string)
            assert [names(one) for one in ids] == [names(one) for one in strings]
            assert not CHINESE.search("".join(strings)), strings


@pytest.mark.parametrize("path", sorted(WEB.glob("templates/**/*.html")), ids=lambda path: path.name)
def test_templates_have_no_chinese_of_their_own(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    text = GETTEXT.sub("", text)
    for name in NAMES_OF_LANGUAGES:
        text = text.replace(name, "")
    assert CHINESE.findall(text) == []


@pytest.mark.parametrize("path", sorted(WEB.rglob("*.py")), ids=lambda path: path.name)
def test_code_has_no_chinese_of_its_own(path: Path) -> None:
    assert list(plain_chinese(path)) == []


@pytest.mark.parametrize(
    "address",
    [
        "/about",
        "/join",
        "/privacy",
        "/login",
        "/register",
        "/forgotten",
        "/search?q=",
        "/nothing",
        "/listings?side=need&town=440605011",
    ],
)
def test_an_english_page_has_no_chinese_but_the_way_back(client: FlaskClient, address: str) -> None:
    client.get("/language/en")
    assert CHINESE.findall(client.get(address).text.replace("中文", "")) == []


def test_coded_values_follow_the_language(client: FlaskClient) -> None:
    client.get("/language/en")
    page = client.get("/search", query_string={"q": "氢气浓度传感器", "form": "product"}).text
    for text in ("Danzao", "Ready for mass production", "Valves, regulators", "CNY 300–600"):
        assert text in page


def test_catalogues_are_compiled_once(tmp_path: Path) -> None:
    source = tmp_path / "en" / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    source.write_bytes((FOLDER / "en" / "LC_MESSAGES" / "messages.po").read_bytes())
    assert compile_catalogues(tmp_path) == [source.with_suffix(".mo")]
    assert compile_catalogues(tmp_path) == []
    assert sorted(path.name for path in source.parent.iterdir()) == ["messages.mo", "messages.po"]
