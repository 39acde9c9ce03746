"""What can be set and called stands in the documents, and the pages fetch nothing from elsewhere."""

import re
from pathlib import Path

import pytest

from matchmaker.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"MATCHMAKER_[A-Z]+(?:_[A-Z]+)*")
# A name space is an identifier that nobody fetches.
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")
ELSEWHERE = re.compile(r"""(?:https?:)?//[\w-]+(?:\.[\w-]+)+[^\s"'()<>]*""")
PAGES = sorted(
    path
    for folder in ("templates", "static")
    for path in (ROOT / "matchmaker" / "web" / folder).rglob("*")
    if path.suffix in (".html", ".txt", ".xml", ".css", ".js", ".svg")
)


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _settings_read() -> set[str]:
    sources = (ROOT / "matchmaker").rglob("*.py")
    return {name for path in sources for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}


def test_the_settings_page_lists_exactly_the_settings_that_are_read() -> None:
    assert set(VARIABLE.findall(_text("docs/settings.md"))) == _settings_read()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_in_the_readme(command: str) -> None:
    assert re.search(rf"`{command}\b", _text("README.md"))


def test_the_readme_starts_with_the_two_commands() -> None:
    lines = [line.split("#")[0].strip() for line in _text("README.md").splitlines()[:4]]
    assert [line for line in lines if line.startswith("make")] == ["make run", "make test"]


def test_links_between_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_there_are_pages_to_look_at() -> None:
    assert len(PAGES) > 5


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_fetch_nothing_from_elsewhere(path: Path) -> None:
    found = ELSEWHERE.findall(path.read_text(encoding="utf-8"))
    assert [address for address in found if address not in NAMESPACES] == []
