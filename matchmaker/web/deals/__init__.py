"""Pages about deals: an organisation's own, and the district's board."""

from matchmaker.web.deals import detail, form, lists, starting
from matchmaker.web.deals.door import blueprint

# Imported for the addresses they add to the blueprint.
PAGES = (lists, form, detail, starting)

__all__ = ["PAGES", "blueprint"]
