"""Any sentence-transformers model on this machine: own tokenising and batching around its modules."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController
from tokenizers import Tokenizer

from embeddings.bodies import body_of
from embeddings.cards import ModelCard
from embeddings.errors import EmptyText, ModelUnavailable
from embeddings.precision import Precision
from embeddings.verbs import Tick, TwoVerbs, Verb
from embeddings.windows import Frame, Row, add_up, batches, rows_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Tokens of one pass. Small on purpose: the widest activation then stays in the processor's cache, which on CPUs is
# worth more than a larger matrix product.
BUDGET = 1024
# Texts tokenised at once; bounds the memory of a bulk run, and is wide enough for sorting by length to pay.
GROUP = 1024


class LocalEncoder(TwoVerbs):
    """Safe to share between threads: it changes nothing of itself after the start."""

    def __init__(
        self, model: "SentenceTransformer", *, card: ModelCard, precision: Precision, fingerprint: str
    ) -> None:
        self.card, self.fingerprint, self.precision = card, fingerprint, precision
        self._tokenizer = plain_tokenizer(model)
        self._head, self._tail = around(self._tokenizer)
        self._after = list(model)[1:]
        self._body = body_of(model)
        self._threads = ThreadpoolController()
        if precision is Precision.BF16:
            self._body.lower()

    def _vectors(self, texts: Sequence[str], *, verb: Verb, tick: Tick) -> NDArray[np.float32]:
        prompt = self._prompt(verb)
        found = np.zeros((len(texts), self.card.dim), np.float32)
        for start in range(0, len(texts), GROUP):
            part = texts[start : start + GROUP]
            rows = self._rows(part, start=start, prompt=prompt)
            work = batches(rows, budget=BUDGET)
            for batch, vectors in zip(work, self._passes(work, prompt=prompt), strict=True):
                add_up(found, batch, vectors)
                tick(len({row.text for row in batch if row.last}))
        return found

    def _passes(self, work: Sequence[Sequence[Row]], *, prompt: str) -> Iterator[NDArray[np.float32]]:
        """Many batches run side by side, one thread each. Threads that share one pass would wait for each other at
        every step, which on a busy machine costs more than the sharing wins."""
        if len(work) == 1 and self.precision is Precision.FP32:
            yield self._forward(work[0], prompt=prompt)
            return
        # bfloat16 keeps to one thread even for one batch: how a product is shared out decides how it is rounded,
        # and rounding that coarse would show in the score.
        with ThreadPoolExecutor(min(torch.get_num_threads(), len(work)), "encode") as pool:
            yield from pool.map(lambda batch: self._alone(batch, prompt=prompt), work)

    def _alone(self, batch: Sequence[Row], *, prompt: str) -> NDArray[np.float32]:
        """The limit holds for the calling thread only, so a query beside a bulk run keeps its threads."""
        torch.get_num_threads()  # torch sets the number at its first use in a thread: let it, then overrule it
        with self._threads.limit(limits=1, user_api="openmp"):
            return self._forward(batch, prompt=prompt)

    def _rows(self, texts: Sequence[str], *, start: int, prompt: str) -> list[Row]:
        """Refuses a text of which the tokenizer leaves nothing, such as one of control characters only."""
        frame = Frame(self._head, self._ids([prompt])[0] if prompt else (), self._tail)
        rows: list[Row] = []
        for index, ids in enumerate(self._ids([prompt + text for text in texts]), start):
            own = rows_of(index, ids, frame=frame, max_tokens=self.card.max_tokens)
            if not own:
                raise EmptyText(index)
            rows += own
        return rows

    def _ids(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        # Half a surrogate pair (a cut emoji) cannot be written as UTF-8, and the tokenizer would refuse it.
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        return [tuple(found.ids) for found in self._tokenizer.encode_batch_fast(clean, add_special_tokens=False)]

    def _forward(self, batch: Sequence[Row], *, prompt: str) -> NDArray[np.float32]:
        """One pass; returns unit vectors, whatever the model's own last module does."""
        before = len(self._head) + len(self._ids([prompt])[0]) if prompt else 0
        with torch.inference_mode():
            pooled = torch.stack([self._pooled(states, before) for states in self._body([row.ids for row in batch])])
            return np.asarray(torch.nn.functional.normalize(pooled, dim=-1).numpy(), np.float32)

    def _pooled(self, states: torch.Tensor, before: int) -> torch.Tensor:
        """The model's own pooling and whatever follows it, for one text; some models leave the prompt out of it."""
        mask = torch.ones(1, len(states), dtype=torch.long)
        features: dict[str, Any] = {"token_embeddings": states[None], "attention_mask": mask, "prompt_length": before}
        for module in self._after:
            features = module(features)
        vector: torch.Tensor = features["sentence_embedding"][0]
        return vector


def plain_tokenizer(model: "SentenceTransformer") -> Tokenizer:
    """The fast tokenizer, with cutting and padding off: this library does both itself."""
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if not isinstance(tokenizer, Tokenizer):
        raise ModelUnavailable("this model has no fast tokenizer (tokenizer.json): choose another model")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def around(tokenizer: Tokenizer) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The special tokens this model wants before and after every text."""
    bare = tokenizer.encode("a", add_special_tokens=False).ids
    full = tokenizer.encode("a").ids
    for at in range(len(full) - len(bare) + 1):
        if full[at : at + len(bare)] == bare:
            return tuple(full[:at]), tuple(full[at + len(bare) :])
    raise ModelUnavailable("this model's tokenizer treats special tokens in an unknown way: choose another model")
