"""Reads a YAML file as plain data with the line of every key, and refuses what YAML would turn into something else."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

import yaml

from matchmaker.core.errors import Fault, Invalid

# A policy is a page of text; anything larger is another file.
MAX_BYTES = 256 * 1024
_INTEGER = re.compile(r"^-?(0|[1-9][0-9_]{0,30})$")
_DECIMAL = re.compile(r"^-?[0-9]{1,30}\.[0-9]{1,30}$")
_TAG = "tag:yaml.org,2002:"
_KNOWN_TAGS = {_TAG + name for name in ("map", "seq", "str", "null", "bool", "int", "float", "timestamp")}


@dataclass
class Document:
    """The data, and for each dotted path in it the line where it starts."""

    data: Any = None
    lines: dict[str, int] = field(default_factory=dict)

    def line(self, path: str) -> int:
        """The line of this path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path, 1)


class _Loader(yaml.SafeLoader):
    """Knows no aliases: a policy says everything once, where it belongs, and cannot grow while it is read."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not used here, write it out", mark)
        return super().compose_node(parent, index)


def read_yaml(text: str | bytes) -> Document:
    """The one document in this text, decimals exact. Invalid names path and line: keys said twice, odd numbers, …"""
    if len(text) > MAX_BYTES:
        _refuse("file", 1, f"larger than {MAX_BYTES // 1024} KiB")
    loader = None
    try:
        written = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        loader = _Loader(written)
        node = loader.get_single_node()
        found = Document()
        found.data = _value(found, node, "") if node else None
        return found
    except UnicodeDecodeError as error:
        _refuse("file", _undecodable(error), "not UTF-8 text")
    except RecursionError:
        _refuse("file", 1, "nested too deeply")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
        _refuse("file", mark.line + 1 if mark else 1, str(said))
    finally:
        if loader is not None:
            loader.dispose()


def _undecodable(error: UnicodeDecodeError) -> int:
    return error.object[: error.start].count(b"\n") + 1


def _refuse(path: str, line: int, message: str, value: str = "") -> NoReturn:
    raise Invalid([Fault(path, f"line {line}: {message}", value)])


def _value(found: Document, node: yaml.Node, path: str) -> Any:
    found.lines.setdefault(path, node.start_mark.line + 1)
    if node.tag not in _KNOWN_TAGS:
        _refuse(path or "file", node.start_mark.line + 1, f"the tag {node.tag} is not used here")
    if isinstance(node, yaml.MappingNode):
        return _mapping(found, node, path)
    if isinstance(node, yaml.SequenceNode):
        return [_value(found, one, _join(path, str(number))) for number, one in enumerate(node.value)]
    return _scalar(node, path)


def _mapping(found: Document, node: yaml.MappingNode, path: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.tag != _TAG + "str":
            _refuse(path or "file", line, "a key must be a plain word", str(key.value)[:40])
        inner = _join(path, key.value)
        if key.value in data:
            _refuse(inner, line, f"said twice, first in line {found.lines[inner]}")
        found.lines[inner] = line
        data[key.value] = _value(found, value, inner)
    return data


def _join(path: str, part: str) -> str:
    return f"{path}.{part}" if path else part


def _scalar(node: yaml.Node, path: str) -> Any:
    text, line, kind = str(node.value), node.start_mark.line + 1, node.tag.removeprefix(_TAG)
    if kind == "str":
        return text
    if kind == "null":
        return None
    if kind == "bool":
        return yaml.SafeLoader.bool_values[text.lower()]
    if kind == "int" and _INTEGER.match(text):
        return int(text.replace("_", ""))
    if kind == "float" and _DECIMAL.match(text):
        return Decimal(text)
    if kind in ("int", "float"):
        _refuse(path, line, "write the number in plain decimal digits", text)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        _refuse(path, line, f"no such day: {error}", text)
