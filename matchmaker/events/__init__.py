"""Matchmaking events: what is coming, where, for which chains."""
