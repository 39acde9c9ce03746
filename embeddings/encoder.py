"""The one door to every encoder: what to load, and what a loaded one can do."""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.bundled import unpack
from embeddings.cards import BUNDLED, ModelCard
from embeddings.errors import ModelUnavailable
from embeddings.fakes import HashingEncoder
from embeddings.precision import Precision, choose

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Raised when pooling, windows or normalising change, so that stored vectors are computed anew.
SCHEME = 2
_SAMPLES = 64


class Encoder(Protocol):
    """Text in, unit vectors out; equal fingerprints mean that vectors may be compared."""

    @property
    def card(self) -> ModelCard: ...

    @property
    def fingerprint(self) -> str: ...

    def encode_needs(self, texts: Sequence[str], *, progress: bool = False) -> NDArray[np.float32]: ...

    def encode_offers(self, texts: Sequence[str], *, progress: bool = False) -> NDArray[np.float32]: ...

    def stream_offers(self, texts: Iterable[str], chunk: int = ...) -> Iterator[NDArray[np.float32]]: ...


class EncoderKind(StrEnum):
    """Where vectors come from."""

    BUNDLED = "bundled"
    LOCAL = "local"
    REMOTE = "remote"
    HASHING = "hashing"


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """Plain values out of a configuration; `None` for a prompt means the model's own.

    A server that adds the prompts itself, choosing by the model's name, is asked with `{verb}` in `model`: it becomes
    `query` for needs and `passage` for offers.
    """

    kind: str = EncoderKind.BUNDLED
    name_or_path: str = ""
    url: str = ""
    model: str = ""
    api_key: str | None = field(default=None, repr=False)
    timeout: float = 30.0
    precision: str = "auto"
    need_prompt: str | None = None
    offer_prompt: str | None = None


def load(spec: EncoderSpec, models_dir: Path) -> Encoder:
    """May take seconds and unpack the bundled model; refuses with ModelUnavailable or EncoderUnavailable."""
    match spec.kind:
        case EncoderKind.BUNDLED:
            return _bundled(spec, models_dir)
        case EncoderKind.LOCAL:
            return _local(spec)
        case EncoderKind.REMOTE:
            from embeddings.remote import RemoteEncoder

            return RemoteEncoder.connect(spec)
        case EncoderKind.HASHING:
            return HashingEncoder()
    kinds = ", ".join(EncoderKind)
    raise ModelUnavailable(f"encoder kind {spec.kind!r} is unknown: use one of {kinds}")


def _bundled(spec: EncoderSpec, models_dir: Path) -> Encoder:
    folder = unpack(models_dir, progress=sys.stderr.isatty())
    return _wrapped(_open(str(folder), offline=True), card=_prompted(BUNDLED, spec), precision=choose(spec.precision))


def _local(spec: EncoderSpec) -> Encoder:
    name = spec.name_or_path
    if not name:
        raise ModelUnavailable("no model is named: set the model's name or its folder")
    folder = Path(name).expanduser()
    on_disk = folder.exists() or folder.is_absolute() or name.startswith((".", "~"))
    if on_disk:
        check_folder(folder)
    model = _open(str(folder) if on_disk else name, offline=on_disk)
    card = ModelCard(
        name=folder.name if on_disk else name,
        dim=int(model.get_embedding_dimension() or 0),
        max_tokens=int(model.get_max_seq_length() or BUNDLED.max_tokens),
        need_prompt=model.prompts.get("query") or "",
        offer_prompt=model.prompts.get("document") or model.prompts.get("passage") or "",
        licence="see the model's own page",
        source=name,
    )
    return _wrapped(model, card=_prompted(card, spec), precision=choose(spec.precision))


def check_folder(folder: Path) -> None:
    """A half-copied folder is refused by the name of what it lacks, before a loader invents random weights."""
    if not folder.is_dir():
        raise ModelUnavailable(f"{folder} is not a folder: give the folder of a sentence-transformers model")
    wanted = [("config.json",), ("tokenizer.json", "vocab.txt", "sentencepiece.bpe.model", "tokenizer.model")]
    wanted += [
        ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
    ]
    first, wanted_more = _modules(folder)
    missing = [names[0] for names in wanted if not any((first / name).is_file() for name in names)]
    missing += [str(path.relative_to(folder)) for path in wanted_more if not path.is_file()]
    if missing:
        raise ModelUnavailable(f"the model folder {folder} is half there, {', '.join(missing)} missing: copy it again")


def _modules(folder: Path) -> tuple[Path, list[Path]]:
    """The folder of the transformer itself, and the configuration files its other modules need."""
    listing = folder / "modules.json"
    if not listing.is_file():
        return folder, []
    try:
        modules: list[dict[str, Any]] = json.loads(listing.read_text(encoding="utf-8"))
        paths = [(str(module["type"]).rsplit(".", 1)[-1], folder / str(module["path"])) for module in modules]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(f"{listing} cannot be read ({error}): copy the model folder again") from error
    return paths[0][1], [path / "config.json" for kind, path in paths[1:] if kind in {"Pooling", "Dense"}]


def _open(name: str, *, offline: bool) -> "SentenceTransformer":
    # The one slow import of this library: seconds and some 400 MB, so only a process that encodes pays for it.
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(
            name,
            device="cpu",
            local_files_only=offline,
            model_kwargs={"attn_implementation": "sdpa", "dtype": "float32"},
        ).eval()
    except Exception as error:  # a loader meets a broken folder with any exception at all
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelUnavailable(
            f"the model {name} cannot be loaded ({reason}): check its name or copy it again"
        ) from error


def _wrapped(model: "SentenceTransformer", *, card: ModelCard, precision: Precision) -> Encoder:
    from embeddings.local import LocalEncoder

    mark = fingerprint(model, card=card, precision=precision)
    return LocalEncoder(model, card=card, precision=precision, fingerprint=mark)


def _prompted(card: ModelCard, spec: EncoderSpec) -> ModelCard:
    need = card.need_prompt if spec.need_prompt is None else spec.need_prompt
    offer = card.offer_prompt if spec.offer_prompt is None else spec.offer_prompt
    return replace(card, need_prompt=need, offer_prompt=offer)


def fingerprint(model: "SentenceTransformer", *, card: ModelCard, precision: Precision) -> str:
    """Of what decides a vector: samples of every weight, the modules' settings, the tokenizer, prompts, precision.

    Samples, since reading gigabytes at every start would cost seconds; training moves every weight.
    """
    digest = hashlib.sha256()
    for name, tensor in model.state_dict().items():
        flat = tensor.detach().reshape(-1)
        step = max(1, len(flat) // _SAMPLES)
        digest.update(f"{name}{tuple(tensor.shape)}".encode())
        digest.update(flat[::step].float().numpy().tobytes())
    modules: list[Any] = list(model)
    settings = [f"{type(module).__name__}{sorted(module.get_config_dict().items())}" for module in modules]
    tokenizer: Any = model.tokenizer
    words = tokenizer.encode("供需对接 supply & demand 6061-T6 ～ ①")
    rest = [SCHEME, settings[1:], list(words), card.max_tokens, card.need_prompt, card.offer_prompt, precision.value]
    digest.update(json.dumps(rest, ensure_ascii=False).encode())
    return f"{card.name}:{digest.hexdigest()[:16]}"
