"""What can go wrong between a text and its vector; every message is one line that says what to do."""


class EmbeddingError(Exception):
    """Anything this library refuses; the message is fit to be shown to an operator."""


class ModelUnavailable(EmbeddingError):
    """The model's files are missing, half there, of the wrong checksum, or of a kind that cannot be loaded."""


class EncoderUnavailable(EmbeddingError):
    """The embeddings server is down, too slow, or answers something that is not an embedding."""


class EmptyText(EmbeddingError):
    """A text has nothing to encode; `index` is its position in what was passed in."""

    def __init__(self, index: int) -> None:
        super().__init__(f"text {index} is empty: give it at least one word, or leave it out")
        self.index = index
