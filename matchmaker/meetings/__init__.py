"""Who meets whom at an event: matchmaking list, requests, timetables, the meetings and what came of them."""
