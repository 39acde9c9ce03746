"""Who comes to an event: the guest list, invitations, registrations, and the people who sit at the tables."""
