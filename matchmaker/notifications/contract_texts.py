"""What notices say of technology contracts and their registration, in Chinese and English."""

CONTRACT_TEXTS: dict[str, tuple[str, str]] = {}
