"""Pages about the subsidy: an organisation's claims, the review, the public notice, the money and the trace."""

from matchmaker.web.subsidies.door import blueprint

__all__ = ["blueprint"]
