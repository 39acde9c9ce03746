"""Who fits whom, and why. `ranker` is the only way from here to the library `embeddings`."""
