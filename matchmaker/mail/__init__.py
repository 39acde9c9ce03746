"""Letters to be sent: queued in the transaction of what they tell of, delivered after it."""
