"""Resident memory of the serving process with the model loaded and 10,000 listings: `python -m benchmarks.memory`.

A throw-away database gets the demo district and synthetic listings with synthetic vectors; the real server is started
on it, asked once, and its memory is read from /proc.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from benchmarks.town import fill
from matchmaker.config import Config

LISTINGS = 10_000
PORT = 8791
QUESTION = urlencode({"q": "高压阀", "side": "offer"})
ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Print the resident set of the server and its children, in MiB."""
    config = Config.from_env()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "models").symlink_to(config.models_dir)
        own = replace(config, data_dir=data, database_url=f"sqlite:///{data / 'matchmaker.db'}")
        fill(own, LISTINGS)
        env = {**os.environ, "MATCHMAKER_DATA": str(data), "MATCHMAKER_PORT": str(PORT)}
        env.pop("MATCHMAKER_DATABASE_URL", None)
        server = subprocess.Popen(
            [sys.executable, "-m", "matchmaker", "run"], env=env, stdout=subprocess.DEVNULL, cwd=ROOT
        )
        try:
            _ask()
            parts = [_resident(pid) for pid in _family(server.pid)]
        finally:
            server.terminate()
            server.wait(20)
        shutil.rmtree(data / "matchmaker.db", ignore_errors=True)
    print(f"\n### Memory of the serving process, {LISTINGS:,} listings, {config.encoder} model loaded\n")
    print(f"worker {max(parts):.0f} MiB resident; with the supervising parent {sum(parts):.0f} MiB")


def _ask() -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        try:
            with urlopen(
                f"http://127.0.0.1:{PORT}/search?q=%E9%AB%98%E5%8E%8B%E9%98%80&side=offer", timeout=120
            ) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(1)
    sys.exit("the server did not answer within three minutes")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(int(child) for child in children)]


def _resident(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
