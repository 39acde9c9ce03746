"""Writes a sentence-transformers folder (BERT weights, tokenizer, pooling, prompts) from the 4-bit weight file."""

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

from embeddings.cards import ModelCard
from embeddings.q4 import Shape, WeightFile

Tick = Callable[[int], None]

# Left: names inside an encoder layer of the 4-bit file. Right: the same place in a BERT state dict.
_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
# Dropped or turned into a space before NFKC, as the model's own training did with them.
_CONTROLS = "[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f\\x8f\\x9f]"
_BLANKS = "[\\t\\n\\x0c\\r\\x{1680}\\x{200b}-\\x{200f}\\x{2028}\\x{2029}\\x{2581}\\x{feff}\\x{fffd}]"


def write_folder(folder: Path, *, weights: WeightFile, card: ModelCard, tick: Tick) -> None:
    """`tick` hears the number of weight bytes written, for a progress bar."""
    write_weights(folder / "model.safetensors", weights=weights, tick=tick)
    build_tokenizer(weights, weights.shape).save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "1_Pooling").mkdir()
    for name, content in _configs(weights.shape, card).items():
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        (folder / name).write_text(text, encoding="utf-8")


def weight_bytes(weights: WeightFile) -> int:
    """How many bytes `tick` will hear of in total."""
    return sum(4 * _count(shape) for _, _, shape in _layout(weights))


def write_weights(path: Path, *, weights: WeightFile, tick: Tick) -> None:
    """Streams float32 tensors in the safetensors format: the whole model never stands in memory at once."""
    layout = _layout(weights)
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, _, shape in layout:
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, at + 4 * _count(shape)]}
        at += 4 * _count(shape)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for _, source, shape in layout:
            for values in _values(weights, source, shape):
                out.write(values.tobytes())
                tick(values.nbytes)


def _values(weights: WeightFile, source: str | None, shape: tuple[int, ...]) -> Iterator[NDArray[np.float32]]:
    if source is None:
        yield np.zeros(_count(shape), np.float32)
    else:
        yield from weights.values(source)


def _layout(weights: WeightFile) -> list[tuple[str, str | None, tuple[int, ...]]]:
    """(name in the state dict, name in the 4-bit file, shape), in the order they are written."""
    shape = weights.shape
    hidden, inner = shape.hidden, shape.feed_forward
    rows: list[tuple[str, str | None, tuple[int, ...]]] = [
        ("embeddings.word_embeddings.weight", "emb.word", (shape.vocabulary, hidden)),
        ("embeddings.position_embeddings.weight", "emb.pos", (shape.positions, hidden)),
        ("embeddings.token_type_embeddings.weight", "emb.type", (shape.types, hidden)),
        ("embeddings.LayerNorm.weight", "emb.ln.w", (hidden,)),
        ("embeddings.LayerNorm.bias", "emb.ln.b", (hidden,)),
    ]
    for layer in range(shape.layers):
        for short, long in _LAYER_PARTS.items():
            out = inner if short == "fi" else hidden
            wide = (out,) if short.endswith("ln") else (out, inner if short == "fo" else hidden)
            rows.append((f"encoder.layer.{layer}.{long}.weight", f"l{layer}.{short}.w", wide))
            rows.append((f"encoder.layer.{layer}.{long}.bias", f"l{layer}.{short}.b", (out,)))
    # Mean pooling never looks at the pooler; zeros only keep the loader from inventing random ones.
    rows.append(("pooler.dense.weight", None, (hidden, hidden)))
    rows.append(("pooler.dense.bias", None, (hidden,)))
    return rows


def _count(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape))


def build_tokenizer(weights: WeightFile, shape: Shape) -> Tokenizer:
    """The XLM-R pipeline: clean, NFKC, split on blanks, mark word starts, best unigram path, <s> … </s>."""
    tokenizer = Tokenizer(Unigram(weights.vocabulary, unk_id=shape.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_CONTROLS), ""),
            normalizers.Replace(Regex(_BLANKS), " "),
            normalizers.NFKC(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", shape.bos), ("</s>", shape.eos)],
    )
    tokenizer.add_special_tokens([AddedToken(piece, normalized=False) for piece in _SPECIAL])
    return tokenizer


def _configs(shape: Shape, card: ModelCard) -> dict[str, Any]:
    return {
        "config.json": _bert_config(shape),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": card.max_tokens,
            "model_input_names": ["input_ids", "attention_mask"],
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
            "clean_up_tokenization_spaces": False,
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": card.max_tokens, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "config_sentence_transformers.json": {
            "prompts": {"query": card.need_prompt, "document": card.offer_prompt},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def _bert_config(shape: Shape) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        "layer_norm_eps": shape.epsilon,
        "pad_token_id": shape.pad,
        "bos_token_id": shape.bos,
        "eos_token_id": shape.eos,
        "hidden_act": "gelu",
        "attention_probs_dropout_prob": 0.1,
        "hidden_dropout_prob": 0.1,
        "initializer_range": 0.02,
    }
