"""The registry of organisations: who they are, where they are, what they are recognised as."""
