"""Who did what, when, through which door: append-only and hash-chained. Knows ids, never other features' models."""
