"""The technology-contract subsidy: policy, claims, decisions that can be replayed, and the money behind them."""
