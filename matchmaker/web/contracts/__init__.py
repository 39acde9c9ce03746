"""Pages about technology contracts: the seller's record, the file for the registry, and the office's ledger."""

from matchmaker.web.contracts.door import blueprint

__all__ = ["blueprint"]
