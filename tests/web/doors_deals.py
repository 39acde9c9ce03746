"""Who may open the addresses of deals, what their forms must hold, and which of the town's things stand in them."""

DOORS: dict[tuple[str, str], frozenset[str]] = {}
FORMS: dict[str, dict[str, object]] = {}
UPLOADS: dict[str, str] = {}
# The variable parts of addresses, and what the town calls the thing.
IDS: dict[str, str] = {}
WORDS: dict[str, str] = {}
