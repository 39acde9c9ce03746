"""What notices say of deals: how they start, move and stand still, in Chinese and English."""

DEAL_TEXTS: dict[str, tuple[str, str]] = {}
