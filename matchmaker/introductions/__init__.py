"""From a match to a phone call: decisions on matches, introductions by mutual consent, and the talk on them."""
