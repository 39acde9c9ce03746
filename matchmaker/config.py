"""Every setting, read once from the environment; each is described in docs/settings.md."""

import math
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Config:
    """The settings of one process. Paths are absolute; `encoder` is bundled, local, remote or hashing."""

    data_dir: Path
    database_url: str
    secret_key: str
    encoder: str = "bundled"
    encoder_name: str = ""
    encoder_url: str = ""
    encoder_key: str = ""
    encoder_timeout_s: float = 30.0
    encoder_need_prompt: str | None = None
    encoder_offer_prompt: str | None = None
    precision: str = "auto"
    hnsw_from: int = 200_000
    host: str = "127.0.0.1"
    port: int = 8000
    trusted_proxies: int = 0
    public_url: str = "http://127.0.0.1:8000"
    smtp_url: str = ""
    mail_from: str = "noreply@localhost"
    development: bool = False
    review_listings: bool = False
    secure_cookies: bool = False

    @property
    def files_dir(self) -> Path:
        return self.data_dir / "files"

    @property
    def outbox_dir(self) -> Path:
        return self.data_dir / "outbox"

    @property
    def models_dir(self) -> Path:
        return self.data_dir / "models"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Config":
        """Settings from MATCHMAKER_* variables; ValueError names the variable that is wrong."""
        env = os.environ if environ is None else environ
        data_dir = Path(env.get("MATCHMAKER_DATA", "var")).resolve()
        encoder = _choice(env, "MATCHMAKER_ENCODER", ("bundled", "local", "remote", "hashing"))
        if encoder == "local" and not env.get("MATCHMAKER_ENCODER_NAME"):
            raise ValueError("MATCHMAKER_ENCODER=local needs MATCHMAKER_ENCODER_NAME, a model's name or folder")
        if encoder == "remote" and not env.get("MATCHMAKER_ENCODER_URL"):
            raise ValueError("MATCHMAKER_ENCODER=remote needs MATCHMAKER_ENCODER_URL, such as http://127.0.0.1:8080")
        public_url = env.get("MATCHMAKER_PUBLIC_URL", f"http://127.0.0.1:{env.get('MATCHMAKER_PORT', 8000)}")
        if not public_url.startswith(("http://", "https://")):
            raise ValueError(f"MATCHMAKER_PUBLIC_URL is {public_url!r}; it must start with http:// or https://")
        return cls(
            data_dir=data_dir,
            database_url=env.get("MATCHMAKER_DATABASE_URL") or f"sqlite:///{data_dir / 'matchmaker.db'}",
            secret_key=env.get("MATCHMAKER_SECRET_KEY") or _kept_secret(data_dir),
            encoder=encoder,
            encoder_name=env.get("MATCHMAKER_ENCODER_NAME", ""),
            encoder_url=env.get("MATCHMAKER_ENCODER_URL", ""),
            encoder_key=env.get("MATCHMAKER_ENCODER_KEY", ""),
            encoder_timeout_s=_number(env, "MATCHMAKER_ENCODER_TIMEOUT", 30),
            encoder_need_prompt=env.get("MATCHMAKER_ENCODER_NEED_PROMPT"),
            encoder_offer_prompt=env.get("MATCHMAKER_ENCODER_OFFER_PROMPT"),
            precision=_choice(env, "MATCHMAKER_PRECISION", ("auto", "fp32", "bf16")),
            hnsw_from=_whole(env, "MATCHMAKER_HNSW_FROM", 200_000),
            host=env.get("MATCHMAKER_HOST", "127.0.0.1"),
            port=_whole(env, "MATCHMAKER_PORT", 8000, most=65_535),
            trusted_proxies=_whole(env, "MATCHMAKER_TRUSTED_PROXIES", 0),
            public_url=public_url.rstrip("/"),
            smtp_url=_smtp(env),
            mail_from=env.get("MATCHMAKER_MAIL_FROM", "noreply@localhost"),
            development=_yes(env, "MATCHMAKER_DEVELOPMENT"),
            review_listings=_yes(env, "MATCHMAKER_REVIEW_LISTINGS"),
            secure_cookies=public_url.startswith("https:"),
        )


def _choice(env: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = env.get(name, allowed[0])
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")
    return value


def _yes(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "no").lower()
    if value not in ("yes", "no"):
        raise ValueError(f"{name} is {env[name]!r}; it must be yes or no")
    return value == "yes"


def _smtp(env: Mapping[str, str]) -> str:
    url = env.get("MATCHMAKER_SMTP_URL", "")
    if url and not url.startswith(("smtp://", "smtps://")):
        raise ValueError("MATCHMAKER_SMTP_URL must start with smtp:// or smtps://")
    return url


def _number(env: Mapping[str, str], name: str, default: float) -> float:
    try:
        value = float(env.get(name, default))
    except ValueError:
        raise ValueError(f"{name} is {env[name]!r}; it must be a number") from None
    if not 0 <= value < math.inf:
        raise ValueError(f"{name} is {env[name]!r}; it must be a number from 0 up")
    return value


def _whole(env: Mapping[str, str], name: str, default: int, *, most: int = 1_000_000_000) -> int:
    value = _number(env, name, default)
    if value != int(value) or value > most:
        raise ValueError(f"{name} is {env[name]!r}; it must be a whole number up to {most}")
    return int(value)


def _kept_secret(data_dir: Path) -> str:
    """The secret of this installation: made once, readable by its owner only."""
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        # Aside first: a process that starts or dies in this moment must not meet, or leave, an empty secret.
        descriptor, aside = tempfile.mkstemp(dir=data_dir, prefix="secret_key.")
        try:
            with open(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
            os.link(aside, path)
        except FileExistsError:
            pass  # another process made it in the same moment
        finally:
            Path(aside).unlink()
    return path.read_text().strip()
