"""What commands share: settings, sessions, progress bars, and turning refusals into exit code 1."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from matchmaker.config import Config
from matchmaker.core.errors import DomainError

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@dataclass(frozen=True)
class Parts:
    """The wired parts of one command, each made when first used."""

    config: Config

    @cached_property
    def database(self) -> Any:
        """The SQLAlchemy engine."""
        from matchmaker.core.db import make_engine

        self.config.data_dir.mkdir(parents=True, exist_ok=True)
        return make_engine(self.config.database_url)

    @cached_property
    def sessions(self) -> Any:
        """The sessionmaker."""
        from matchmaker.core.db import make_sessions

        return make_sessions(self.database)

    @cached_property
    def index(self) -> Any:
        """The live index, with a ranker that loads the model at its first use."""
        from matchmaker.matching.live import LiveIndex
        from matchmaker.matching.ranker import Ranker

        return LiveIndex(Ranker(self.config))


def parts() -> Parts:
    """Settings from the environment; a wrong one is a refusal."""
    try:
        return Parts(Config.from_env())
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the features, the library, the database and the disk refuse into one line and exit code 1."""
    from embeddings.errors import EmbeddingError
    from matchmaker.core.db import DATABASE_FAULTS

    try:
        yield
    except (DomainError, EmbeddingError) as error:
        raise click.ClickException(str(error)) from error
    except DATABASE_FAULTS as error:
        said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise click.ClickException(
            f"the database cannot be used: {said}; is MATCHMAKER_DATABASE_URL right, and was `init` run?"
        ) from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise click.ClickException(f"{error.strerror or error}{where}") from error


@contextmanager
def bar(label: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr, fed with (done, total); total 0 means that it is not known yet."""
    with tqdm(desc=label, unit=unit, leave=False) as shown:

        def tell(done: int, total: int) -> None:
            if total and shown.total != total:
                shown.reset(total)
            shown.update(done - shown.n)

        yield tell
