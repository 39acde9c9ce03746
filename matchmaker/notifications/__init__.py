"""What people are told: an inbox, and letters at the pace that each person chose."""
