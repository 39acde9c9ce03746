"""What becomes of an introduction or a meeting: a deal, from the first talk to its end."""
