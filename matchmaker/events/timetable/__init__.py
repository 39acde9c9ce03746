"""Who meets whom, when and at which table: a pure solver with a proven bound. Knows no database."""
