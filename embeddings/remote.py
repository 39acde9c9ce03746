"""An OpenAI-compatible embeddings server as an encoder: bounded waiting, and no answer believed unchecked."""

import hashlib
import time
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
from numpy.typing import NDArray

from embeddings.cards import ModelCard
from embeddings.errors import EncoderUnavailable
from embeddings.verbs import Tick, TwoVerbs, Verb

if TYPE_CHECKING:
    from embeddings.encoder import EncoderSpec

BATCH = 64
ATTEMPTS = 4
# Seconds before the second attempt; doubled each time, so four attempts wait 3.5 s in all.
FIRST_PAUSE = 0.5
_BUSY = 429
_PROBE = "ping"
_VERB = "{verb}"


class RemoteEncoder(TwoVerbs):
    """Prompts are put in front here; set them empty for a server that adds its own. Safe to share between threads."""

    def __init__(self, client: httpx.Client, *, card: ModelCard, model: str, pause: float = FIRST_PAUSE) -> None:
        self._client, self._model, self._pause = client, model, pause
        self.card = card
        # Whoever only knows an Encoder never closes it: let the connections go with the object.
        weakref.finalize(self, client.close)
        said = "\n".join([card.source, model, str(card.dim), card.need_prompt, card.offer_prompt])
        self.fingerprint = f"{card.name}:{hashlib.sha256(said.encode()).hexdigest()[:16]}"

    @classmethod
    def connect(cls, spec: "EncoderSpec", *, pause: float = FIRST_PAUSE) -> "RemoteEncoder":
        """Asks for one vector to learn the dimension, so a wrong address is refused at the start, not at midnight."""
        url = endpoint(spec.url)
        headers = {"Authorization": f"Bearer {spec.api_key}"} if spec.api_key else {}
        client = httpx.Client(timeout=spec.timeout, headers=headers)
        try:
            dim = len(_Call(client, url, spec.model.replace(_VERB, Verb.OFFER.value), pause).vectors([_PROBE])[0])
        except BaseException:
            client.close()
            raise
        card = ModelCard(
            name=spec.model or "remote",
            dim=dim,
            max_tokens=0,
            need_prompt=spec.need_prompt or "",
            offer_prompt=spec.offer_prompt or "",
            licence="see the server's model",
            source=url,
        )
        return cls(client, card=card, model=spec.model, pause=pause)

    def close(self) -> None:
        """Gives the connections back; the encoder is of no use afterwards."""
        self._client.close()

    def _vectors(self, texts: Sequence[str], *, verb: Verb, tick: Tick) -> NDArray[np.float32]:
        prompt = self._prompt(verb)
        call = _Call(self._client, self.card.source, self._model.replace(_VERB, verb.value), self._pause)
        found = np.empty((len(texts), self.card.dim), np.float32)
        for start in range(0, len(texts), BATCH):
            part = [prompt + text for text in texts[start : start + BATCH]]
            vectors = call.vectors(part)
            if vectors.shape[1] != self.card.dim:
                raise call.refused(f"sent vectors of {vectors.shape[1]} numbers instead of {self.card.dim}")
            found[start : start + len(part)] = vectors
            tick(len(part))
        return found


def endpoint(url: str) -> str:
    """The address with or without `/v1` or the full path; refuses what is no http address."""
    base = url.strip().rstrip("/")
    if not base.startswith(("http://", "https://")):
        raise EncoderUnavailable(f"{url!r} is not the address of an embeddings server: write http://host:port")
    base = base.removesuffix("/embeddings").removesuffix("/v1")
    return f"{base}/v1/embeddings"


class _Call:
    """One request with its retries and its distrust."""

    def __init__(self, client: httpx.Client, url: str, model: str, pause: float) -> None:
        self._client, self._url, self._model, self._pause = client, url, model, pause

    def vectors(self, texts: list[str]) -> NDArray[np.float32]:
        """float32 [len(texts), d], in the order asked whatever the order answered."""
        answer = self._answer({"model": self._model, "input": texts, "encoding_format": "float"})
        try:
            rows = sorted(answer["data"], key=lambda row: int(row["index"]))
            places = [int(row["index"]) for row in rows]
            vectors = np.array([row["embedding"] for row in rows], np.float32)
        except (KeyError, TypeError, ValueError) as error:
            raise self.refused("sent something that is not a list of embeddings") from error
        if places != list(range(len(texts))):
            raise self.refused(f"sent {len(places)} vectors for {len(texts)} texts, or numbered them wrongly")
        if vectors.ndim != 2 or not vectors.shape[1] or not np.isfinite(vectors).all():
            raise self.refused("sent a vector with a value that is not a finite number")
        return vectors

    def refused(self, what: str) -> EncoderUnavailable:
        return EncoderUnavailable(f"the embeddings server {self._url} {what}: check that it serves an embedding model")

    def _answer(self, body: dict[str, Any]) -> Any:
        """Tries again on a lost connection and on 429 or 5xx; anything else would fail the same way again."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = self._client.post(self._url, json=body)
            except httpx.HTTPError as error:
                failure = self._unreachable(error)
            else:
                if response.is_success:
                    return self._parsed(response)
                failure = EncoderUnavailable(self._said(response))
                if response.status_code != _BUSY and not response.is_server_error:
                    raise failure
            if attempt < ATTEMPTS:
                time.sleep(self._pause * 2 ** (attempt - 1))
        raise failure

    def _parsed(self, response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError as error:
            raise self.refused("did not answer in JSON") from error

    def _unreachable(self, error: httpx.HTTPError) -> EncoderUnavailable:
        if isinstance(error, httpx.TimeoutException):
            waited = self._client.timeout.read
            return EncoderUnavailable(
                f"the embeddings server {self._url} did not answer within {waited:g} s, {ATTEMPTS} times: "
                "raise the time-out or relieve the server"
            )
        reason = str(error) or type(error).__name__
        return EncoderUnavailable(
            f"the embeddings server {self._url} cannot be reached ({reason}): start it or correct the address"
        )

    def _said(self, response: httpx.Response) -> str:
        """The server's own words, on one line and not too many of them."""
        words = response.text
        try:
            error = response.json()["error"]
            words = str(error["message"] if isinstance(error, dict) else error)
        except (ValueError, KeyError, TypeError):
            pass
        words = " ".join(words.split())[:200] or response.reason_phrase
        remedy = "check the model name and the key" if response.is_client_error else "look into the server's log"
        return f"the embeddings server {self._url} refused with status {response.status_code} ({words}): {remedy}"
