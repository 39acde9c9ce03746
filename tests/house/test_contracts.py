"""The order of the house is kept: who imports whom, and how large anything may get."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAX_FILE, MAX_FUNCTION, MAX_POSITIONAL = 400, 40, 4
FILES = sorted(
    path.relative_to(ROOT)
    for folder in ("matchmaker", "embeddings", "benchmarks", "tests", "migrations")
    for path in (ROOT / folder).rglob("*.py")
)
# A table-making migration is as long as its tables; a test's positional arguments are fixtures.
SOURCES = [path for path in FILES if path.parts[0] not in ("migrations", "tests")]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def _functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(_tree(path)) if isinstance(node, Function))


def _positional(function: Function) -> list[str]:
    names = [argument.arg for argument in function.args.posonlyargs + function.args.args]
    return [name for name in names if name not in ("self", "cls")]


def test_folders_import_only_what_lies_below_them() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_files_stay_small() -> None:
    written = [path for path in FILES if path.parts[0] != "migrations"]
    lengths = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in written}
    assert {path: length for path, length in lengths.items() if length > MAX_FILE} == {}


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_functions_stay_small(path: Path) -> None:
    long = {one.name: size for one in _functions(path) if (size := one.end_lineno - one.lineno + 1) > MAX_FUNCTION}
    assert long == {}


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_functions_take_few_positional_arguments(path: Path) -> None:
    wide = {one.name: given for one in _functions(path) if len(given := _positional(one)) > MAX_POSITIONAL}
    assert wide == {}


def test_the_middle_function_is_short() -> None:
    sizes = sorted(one.end_lineno - one.lineno + 1 for path in SOURCES for one in _functions(path))
    assert sizes[len(sizes) // 2] <= 10


def test_every_module_says_what_it_is_for_in_a_docstring() -> None:
    assert [str(path) for path in FILES if not ast.get_docstring(_tree(path))] == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [
        str(path) for path in FILES if path.stem in ("utils", "util", "helpers", "helper", "managers", "base", "misc")
    ] == []
