"""Needs (需求) and offers (供给): what they say, what state they are in, how they change."""
