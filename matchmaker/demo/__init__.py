"""The demo district: its files, and a year of activity played through the features' own verbs."""
