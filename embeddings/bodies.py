"""The transformer itself, run without padding, so that a text's numbers never depend on its neighbours.

Padding is what makes them depend: attention under a mask adds up in another order. A matrix product treats its rows
alike, so texts laid end to end give each the same result as alone, and no work is spent on filling.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
_BERT_LIKE = {"bert", "xlm-roberta", "roberta"}


class Body(Protocol):
    """Token ids of several texts in, the last hidden states float32 [tokens, hidden] of each out."""

    def __call__(self, rows: Sequence[Sequence[int]]) -> list[Tensor]: ...

    def lower(self) -> None:
        """From now on computes in bfloat16."""


def body_of(model: "SentenceTransformer") -> Body:
    """BERT and its kin get the packed pass; anything else runs its own code, one length at a time."""
    network: Any = getattr(model[0], "auto_model", None)
    config: Any = getattr(network, "config", None)
    if getattr(config, "model_type", "") not in _BERT_LIKE or getattr(config, "is_decoder", False):
        return SameLength(model)
    if getattr(config, "position_embedding_type", None) not in {None, "absolute"}:
        return SameLength(model)
    return PackedBert(network)


class PackedBert:
    """All texts of a batch stand end to end in one matrix; only attention looks at them one by one."""

    def __init__(self, network: Any) -> None:
        # The pooler feeds a training task only: nothing here reads it.
        network.pooler = None
        self._embeddings, self._layers = network.embeddings, network.encoder.layer
        self._heads: int = network.config.num_attention_heads
        # RoBERTa numbers its positions from behind the padding id, BERT from zero.
        self._first: int = 0 if network.config.model_type == "bert" else network.config.pad_token_id + 1

    def lower(self) -> None:
        """Layers go to bfloat16; the word table stays float32: it is only read, and lies in the file's own pages."""
        self._layers.to(torch.bfloat16)

    def __call__(self, rows: Sequence[Sequence[int]]) -> list[Tensor]:
        sizes = [len(row) for row in rows]
        states = self._embedded(rows)
        states = states.to(self._layers[0].output.dense.weight.dtype)
        for layer in self._layers:
            states = self._layer(layer, states, sizes)
        return list(torch.split(states.float(), sizes))

    def _embedded(self, rows: Sequence[Sequence[int]]) -> Tensor:
        table = self._embeddings
        words = table.word_embeddings(torch.tensor([token for row in rows for token in row]))
        places = torch.cat([torch.arange(self._first, self._first + len(row)) for row in rows])
        summed = words + table.token_type_embeddings.weight[0] + table.position_embeddings(places)
        normal: Tensor = table.LayerNorm(summed)
        return normal

    def _layer(self, layer: Any, states: Tensor, sizes: list[int]) -> Tensor:
        seen = layer.attention.output.dense(self._attended(layer.attention.self, states, sizes))
        states = layer.attention.output.LayerNorm(seen + states)
        inner = layer.intermediate.intermediate_act_fn(layer.intermediate.dense(states))
        out: Tensor = layer.output.LayerNorm(layer.output.dense(inner) + states)
        return out

    def _attended(self, attention: Any, states: Tensor, sizes: list[int]) -> Tensor:
        parts = [torch.split(part(states), sizes) for part in (attention.query, attention.key, attention.value)]
        return torch.cat([self._one(*text) for text in zip(*parts, strict=True)])

    def _one(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """[tokens, hidden] of one text, split into heads and joined again."""
        q, k, v = (part.view(1, len(part), self._heads, -1).transpose(1, 2) for part in (query, key, value))
        return functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(len(query), -1)


class SameLength:
    """Any other network through its own code; texts of equal length share a pass, so nothing is padded."""

    def __init__(self, model: "SentenceTransformer") -> None:
        self._module: Any = model[0]

    def lower(self) -> None:
        """The whole network goes to bfloat16."""
        self._module.to(torch.bfloat16)

    def __call__(self, rows: Sequence[Sequence[int]]) -> list[Tensor]:
        groups: dict[int, list[int]] = defaultdict(list)
        for place, row in enumerate(rows):
            groups[len(row)].append(place)
        found: dict[int, Tensor] = {}
        for places in groups.values():
            ids = torch.tensor([list(rows[place]) for place in places])
            states = self._module({"input_ids": ids, "attention_mask": torch.ones_like(ids)})["token_embeddings"]
            found.update(zip(places, states.float(), strict=True))
        return [found[place] for place in range(len(rows))]
