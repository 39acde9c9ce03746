"""Pages about deals: an organisation's own, and the district's board."""

from matchmaker.web.deals.door import blueprint

__all__ = ["blueprint"]
