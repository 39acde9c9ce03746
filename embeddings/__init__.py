"""Text in, vectors, scores and reasons out: a plain library that knows nothing of the platform around it."""
