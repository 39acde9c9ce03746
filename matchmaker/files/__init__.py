"""Uploaded files: kept by content outside the web root, typed by what they contain, never deleted but withdrawn."""
