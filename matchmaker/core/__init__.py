"""What every feature stands on: database, unit of work, errors, actor, clock, money. No business words in here."""
