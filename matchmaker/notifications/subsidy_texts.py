"""What notices say of subsidy claims, in Chinese and English."""

SUBSIDY_TEXTS: dict[str, tuple[str, str]] = {}
