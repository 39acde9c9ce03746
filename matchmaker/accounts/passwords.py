"""Passwords and sealed secrets: what is kept can be checked, not read."""

import base64
import hashlib
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken

# The library's defaults are Argon2id with the parameters of RFC 9106 for memory-constrained machines.
hasher = PasswordHasher()
# Checked when nobody has the address given, so that an unknown one takes as long to refuse as a known one.
_nobody: list[str] = []


def hash_password(password: str) -> str:
    """Argon2id with a salt of its own."""
    return hasher.hash(password)


def is_right(kept: str | None, password: str) -> bool:
    """Whether the password is the one whose hash was kept; without one it takes as long and is never right."""
    if kept is None:
        if not _nobody:
            _nobody.append(hasher.hash("nobody"))
        kept, password = _nobody[0], f"not {password}"
    try:
        return hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return hasher.check_needs_rehash(kept)


@dataclass(frozen=True)
class Sealer:
    """Encrypts small secrets with the installation's own: a copy of the database alone does not give them away."""

    secret_key: str

    def seal(self, text: str) -> str:
        return self._box().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """ValueError when the installation's secret is not the one it was sealed with."""
        try:
            return self._box().decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise ValueError("sealed with another secret key; see MATCHMAKER_SECRET_KEY") from None

    def _box(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"seal:" + self.secret_key.encode()).digest()))
