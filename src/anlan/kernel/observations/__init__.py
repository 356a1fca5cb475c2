"""Observations: stations' streams, the store that keeps what it acknowledged, quality, statistics."""
