"""Which number format the processor is fast at; bfloat16 without hardware for it is slower than float32."""

import os
from collections.abc import Set as AbstractSet
from enum import StrEnum

# int8 is not offered: the usual dynamic kind takes its scale from the whole batch, so a text's vector would
# depend on its neighbours.


class Precision(StrEnum):
    """How the layers compute; vectors are float32 in either case."""

    BF16 = "bf16"
    FP32 = "fp32"


BF16_FLAGS = frozenset({"amx_bf16", "avx512_bf16"})
VARIABLE = "EMBEDDINGS_PRECISION"


def choose(wish: str | None = None, *, flags: AbstractSet[str] | None = None) -> Precision:
    """An explicit wish wins, then the environment, then the processor; an unknown word is refused."""
    asked = (wish or "auto").lower()
    if asked == "auto":
        asked = os.environ.get(VARIABLE, "auto").lower() or "auto"
    if asked != "auto":
        try:
            return Precision(asked)
        except ValueError:
            raise ValueError(f"precision {asked!r} is unknown: use auto, bf16 or fp32") from None
    return decide(processor_flags() if flags is None else flags)


def decide(flags: AbstractSet[str]) -> Precision:
    """bfloat16 only where the processor multiplies it in hardware."""
    return Precision.BF16 if flags & BF16_FLAGS else Precision.FP32


def processor_flags() -> frozenset[str]:
    """What this machine has of the two, asked of torch because that is who will use it (imports torch)."""
    import torch

    has = torch.cpu.get_capabilities()
    return frozenset(flag for flag in BF16_FLAGS if has.get(flag))
