"""What the district itself is: its seven towns and its industry chains. Read from `seed_data/reference/`, never changed at run time."""
