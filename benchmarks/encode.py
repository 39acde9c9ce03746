"""Bulk encoding against plain SentenceTransformer.encode in float32: same texts, one run, alternating rounds."""

import argparse
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm  # type: ignore[import-untyped,unused-ignore]

from embeddings.bundled import unpack
from embeddings.cards import BUNDLED
from embeddings.encoder import EncoderSpec, load
from embeddings.precision import choose
from matchmaker.config import Config

Vectors = NDArray[np.float32]
_WORDS = [
    "铝合金",
    "型材",
    "阳极氧化",
    "新能源汽车",
    "电池壳体",
    "压铸",
    "供应商",
    "半导体",
    "外延",
    "精密加工",
    "伺服电机",
    "控制器",
    "模具",
    "注塑",
    "工业机器人",
    "焊接",
    "机器视觉",
    "检测",
    "热处理",
    "氢能",
    "燃料电堆",
    "双极板",
    "涂层",
    "家电",
    "五金",
    "智能产线",
    "减速器",
    "传感器",
    "导热材料",
    "表面处理",
    "公差0.02mm",
    "6061-T6",
    "SiC",
    "年产能",
    "交期",
    "小批量试制",
    "长期合作",
    "技术转让",
    "联合研发",
    "降低能耗",
    "提高良率",
    "耐腐蚀",
    "轻量化",
]
_JOINTS = ("，", "，", "的", "与", "；", "。", "")


def texts(count: int, *, seed: int = 7) -> list[str]:
    """A third short like titles, a third like summaries, a third like full descriptions (15 to 600 characters)."""
    chance = random.Random(seed)
    lengths = [chance.randint(*chance.choice([(15, 60), (60, 250), (250, 600)])) for _ in range(count)]
    return [_text(chance, length) for length in lengths]


def _text(chance: random.Random, length: int) -> str:
    parts: list[str] = []
    while sum(map(len, parts)) < length:
        parts += [chance.choice(_WORDS), chance.choice(_JOINTS)]
    return "".join(parts)[:length]


def compare(ours: Callable[[], Vectors], plain: Callable[[], Vectors], *, rounds: int) -> dict[str, list[float]]:
    """Seconds of each round; taking turns spreads a busy machine's noise over both."""
    seconds: dict[str, list[float]] = {"plain": [], "ours": []}
    with tqdm(total=2 * rounds, desc="rounds", unit="run") as bar:
        for _ in range(rounds):
            for name, run in (("plain", plain), ("ours", ours)):
                started = time.perf_counter()
                run()
                seconds[name].append(time.perf_counter() - started)
                bar.update()
    return seconds


def table(seconds: dict[str, list[float]], *, count: int, cosines: Vectors, precision: str) -> str:
    """Markdown, medians first."""
    plain, ours = (statistics.median(seconds[name]) for name in ("plain", "ours"))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [
        "| bulk encoding | median s | texts/s | ratio |",
        "|---|---:|---:|---:|",
        f"| plain SentenceTransformer.encode, fp32 | {plain:.2f} | {count / plain:.1f} | 1.00 |",
        f"| ours, {precision} | {ours:.2f} | {count / ours:.1f} | {plain / ours:.2f} |",
        "",
        f"{count} texts; cosine to plain fp32: mean {cosines.mean():.6f}, least {cosines.min():.6f}; "
        f"peak memory with both models {memory:.0f} MiB",
    ]
    return "\n".join(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table to standard output, progress to standard error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.encode", description=__doc__)
    parser.add_argument("--models", type=Path, default=Config.from_env().models_dir, help="where models are unpacked")
    parser.add_argument("--texts", type=int, default=160)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precision", default="auto", choices=["auto", "bf16", "fp32"])
    asked = parser.parse_args(arguments)
    given = texts(asked.texts)
    folder = unpack(asked.models)
    precision = choose(asked.precision)
    encoder = load(EncoderSpec(precision=precision), asked.models)
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    prompted = [BUNDLED.offer_prompt + text for text in given]

    def plain() -> Vectors:
        return np.asarray(model.encode(prompted, normalize_embeddings=True), np.float32)

    def ours() -> Vectors:
        return encoder.encode_offers(given)

    print("warming up, comparing the vectors", file=sys.stderr)
    cosines = np.asarray((plain() * ours()).sum(axis=1), np.float32)
    seconds = compare(ours, plain, rounds=asked.rounds)
    print(table(seconds, count=len(given), cosines=cosines, precision=precision))


if __name__ == "__main__":
    main()
