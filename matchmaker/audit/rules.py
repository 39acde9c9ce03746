"""How one audit entry's digest is made from its content and the digest before it."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

STREAM = "audit"
GENESIS = "0" * 64
# The action of an entry that says what somebody was not allowed to do.
REFUSED = "refused"


def digest(previous: str, *, number: int, at: datetime, facts: dict[str, Any]) -> str:
    """SHA-256, hex, over the previous digest and the entry in canonical JSON."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    body = json.dumps([previous, number, moment, facts], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()
