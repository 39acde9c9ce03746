"""What the district itself is: towns, chains, terms. Read from `seed_data/reference/`, never changed at run time."""
