"""The number format follows the processor unless somebody says otherwise, and never costs accuracy."""

from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import EncoderSpec, load
from embeddings.precision import VARIABLE, Precision, choose, decide


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (set(), Precision.FP32),
        ({"avx2", "avx512_f", "avx512_vnni"}, Precision.FP32),
        ({"amx_tile", "amx_int8"}, Precision.FP32),
        ({"avx512_f", "avx512_bf16"}, Precision.BF16),
        ({"amx_bf16"}, Precision.BF16),
    ],
)
def test_decide_takes_bf16_only_with_hardware_for_it(flags: set[str], expected: Precision) -> None:
    assert decide(flags) == expected


def test_choose_prefers_the_wish_then_the_environment_then_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "bf16")
    assert choose("fp32", flags={"amx_bf16"}) == Precision.FP32
    assert choose(flags=set()) == Precision.BF16
    assert choose("auto", flags=set()) == Precision.BF16
    monkeypatch.delenv(VARIABLE)
    assert choose(flags=set()) == Precision.FP32


def test_choose_refuses_an_unknown_word() -> None:
    with pytest.raises(ValueError, match="'int8' is unknown: use auto, bf16 or fp32"):
        choose("int8", flags=set())


@pytest.mark.slow
def test_bf16_vectors_stay_near_fp32_and_ignore_their_neighbours(models_dir: Path) -> None:
    half = load(EncoderSpec(precision="bf16"), models_dir)
    full = load(EncoderSpec(precision="fp32"), models_dir)
    texts = ["求购6061-T6铝型材", "寻找能做氢燃料电池双极板涂层的供应商，要求接触电阻低、批量交付。" * 8, "CNC lathe"]
    together = half.encode_offers(texts)
    assert (together * full.encode_offers(texts)).sum(axis=1).min() >= 0.99
    alone = [half.encode_offers([text])[0] for text in texts]
    assert np.array_equal(np.stack(alone), together)
    assert half.fingerprint != full.fingerprint
