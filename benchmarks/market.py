"""A market of any size to measure on: synthetic vectors, and texts mixed from the demo district's own sentences."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from embeddings.encoder import Encoder, EncoderSpec, load
from embeddings.fusion import Calibration
from embeddings.lexical import Sparse, term_weights
from embeddings.matcher import Matcher
from embeddings.snapshot import Snapshot
from embeddings.text import Record, sentences
from embeddings.verbs import unit_length
from matchmaker.config import Config

ROOT = Path(__file__).resolve().parents[1]
DISTRICT = ROOT / "seed_data" / "district"


def encoder() -> Encoder:
    """The configured encoder, as the platform loads it."""
    config = Config.from_env()
    return load(EncoderSpec(kind=config.encoder, precision=config.precision), config.models_dir)


def seed_texts(name: str) -> list[Record]:
    """Titles and bodies of the demo district's needs or offers."""
    rows = [json.loads(line) for line in (DISTRICT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [Record(row["title"], f"{row['summary']}\n{row['detail']}") for row in rows]


@dataclass(frozen=True)
class Market:
    """Offers ready to be asked, and their texts."""

    matcher: Matcher
    texts: list[Record]


def market(size: int, *, seed: int = 7, dim: int = 384) -> Market:
    """`size` offers of about five sentences each, with vectors spread like real ones: clustered round 300 centres."""
    random = np.random.default_rng(seed)
    said = [sentence for record in seed_texts("offers") for sentence in sentences(record.body)]
    titles = [record.title for record in seed_texts("offers")]
    picks = random.integers(0, len(said), (size, 5))
    title_picks = random.integers(0, len(titles), size)
    texts = [
        Record(titles[title], "".join(said[number] for number in row))
        for title, row in zip(title_picks, picks, strict=True)
    ]
    terms: list[Sparse] = [term_weights(record) for record in tqdm(texts, desc="terms", leave=False)]
    vectors = synthetic_vectors(size, dim, random)
    calibration = Calibration.load()
    found = Matcher(
        Snapshot.take(vectors, terms, need_mean=calibration.mean_for(calibration.model)), calibration, verb="offer"
    )
    step = 20_000
    for start in tqdm(range(0, size, step), desc="index", leave=False):
        rows = slice(start, start + step)
        found.upsert(np.arange(size)[rows], vectors[rows], terms[rows])
    return Market(found, texts)


def synthetic_vectors(size: int, dim: int, random: np.random.Generator) -> NDArray[np.float32]:
    """Unit vectors [size, dim] round 300 centres that share one direction, as e5's do."""
    shared = random.standard_normal(dim)
    centres = 2.5 * shared + random.standard_normal((300, dim))
    rows = centres[random.integers(0, 300, size)] + 0.7 * random.standard_normal((size, dim))
    return unit_length(rows.astype(np.float32))
