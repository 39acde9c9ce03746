"""`run` serves the pages, refuses a taken port in one line, and stops when asked to."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.commands import Shell

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A real server process on a free port; answering when handed out."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"MATCHMAKER_DATA": str(folder), "MATCHMAKER_ENCODER": "hashing", "MATCHMAKER_DATABASE_URL": ""}
    command = [sys.executable, "-m", "matchmaker", "run", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.kill()


def _wait_for(address: str, process: subprocess.Popen[str]) -> None:
    for _ in range(3000):
        assert process.poll() is None, "the server ended by itself"
        try:
            if httpx.get(address, timeout=60).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server never answered")


def test_a_taken_port_is_one_line(district: Shell, taken_port: int) -> None:
    code, said, refused = district("run", "--port", taken_port)
    assert (code, said, len(refused.splitlines())) == (1, "", 1)
    assert refused.startswith(f"Error: 127.0.0.1:{taken_port} cannot be used")
    assert "MATCHMAKER_PORT" in refused


def test_the_port_comes_from_the_settings(district: Shell, taken_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHMAKER_PORT", str(taken_port))
    assert f":{taken_port} cannot be used" in district("run")[2]


def test_a_database_that_is_not_prepared_is_one_line(shell: Shell) -> None:
    message = "Error: the database is not prepared: run `python -m matchmaker init` first\n"
    assert shell("run", "--port", 1 + 50_000) == (1, "", message)


@pytest.mark.slow
def test_the_server_answers_and_stops_when_asked(district: Shell) -> None:
    with _served(district.data_dir) as (address, process):
        health = httpx.get(f"{address}/health", timeout=60).json()
        assert (health["status"], health["database"]) == ("ready", "ready")
        home = httpx.get(f"{address}/", timeout=60)
        assert home.status_code == 200
        assert "南海" in home.text
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 0
        assert process.stdout is not None
        assert process.stdout.read() == f"serving on {address}  (Ctrl-C stops)\n"
        with pytest.raises(httpx.ConnectError):
            httpx.get(address, timeout=5)
