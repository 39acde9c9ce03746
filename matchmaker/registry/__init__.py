"""How organisations get in and who works for them: registration, verification, people, 帮办代办, personal data."""
