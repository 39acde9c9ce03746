"""Settings come from the environment; a wrong one is refused by its name."""

import stat
from pathlib import Path

import pytest

from matchmaker.config import Config


def test_defaults_serve_this_machine_only(tmp_path: Path) -> None:
    config = Config.from_env({"MATCHMAKER_DATA": str(tmp_path)})
    assert (config.host, config.port, config.encoder, config.trusted_proxies) == ("127.0.0.1", 8000, "bundled", 0)
    assert config.database_url == f"sqlite:///{tmp_path / 'matchmaker.db'}"
    assert config.models_dir == tmp_path / "models"


def test_settings_are_read(tmp_path: Path) -> None:
    given = {
        "MATCHMAKER_DATA": str(tmp_path),
        "MATCHMAKER_DATABASE_URL": "sqlite:///x.db",
        "MATCHMAKER_SECRET_KEY": "s",
        "MATCHMAKER_ENCODER": "remote",
        "MATCHMAKER_ENCODER_URL": "http://127.0.0.1:1",
        "MATCHMAKER_ENCODER_TIMEOUT": "2.5",
        "MATCHMAKER_PRECISION": "fp32",
        "MATCHMAKER_HNSW_FROM": "10",
        "MATCHMAKER_HOST": "::1",
        "MATCHMAKER_PORT": "9000",
        "MATCHMAKER_TRUSTED_PROXIES": "1",
    }
    config = Config.from_env(given)
    assert (config.database_url, config.secret_key, config.encoder) == ("sqlite:///x.db", "s", "remote")
    assert (config.encoder_url, config.encoder_timeout_s, config.precision) == ("http://127.0.0.1:1", 2.5, "fp32")
    assert (config.hnsw_from, config.host, config.port, config.trusted_proxies) == (10, "::1", 9000, 1)
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MATCHMAKER_ENCODER", "gpt"),
        ("MATCHMAKER_PRECISION", "int1"),
        ("MATCHMAKER_ENCODER_TIMEOUT", "soon"),
        ("MATCHMAKER_ENCODER_TIMEOUT", "-1"),
        ("MATCHMAKER_ENCODER_TIMEOUT", "nan"),
        ("MATCHMAKER_HNSW_FROM", "many"),
        ("MATCHMAKER_HNSW_FROM", "inf"),
        ("MATCHMAKER_PORT", "http"),
        ("MATCHMAKER_PORT", "70000"),
        ("MATCHMAKER_PORT", "80.5"),
        ("MATCHMAKER_TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_wrong_setting_is_refused_by_name_and_value(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^{variable} is '{value}'; "):
        Config.from_env({"MATCHMAKER_DATA": str(tmp_path), variable: value})


@pytest.mark.parametrize(
    ("encoder", "missing"), [("local", "MATCHMAKER_ENCODER_NAME"), ("remote", "MATCHMAKER_ENCODER_URL")]
)
def test_an_encoder_says_what_it_still_needs(tmp_path: Path, encoder: str, missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        Config.from_env({"MATCHMAKER_DATA": str(tmp_path), "MATCHMAKER_ENCODER": encoder})


def test_the_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    first = Config.from_env({"MATCHMAKER_DATA": str(tmp_path / "new")})
    again = Config.from_env({"MATCHMAKER_DATA": str(tmp_path / "new")})
    assert len(first.secret_key) == 64
    assert again.secret_key == first.secret_key
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret_key"]
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600


def test_two_installations_have_two_secrets(tmp_path: Path) -> None:
    keys = {Config.from_env({"MATCHMAKER_DATA": str(tmp_path / name)}).secret_key for name in "ab"}
    assert len(keys) == 2
