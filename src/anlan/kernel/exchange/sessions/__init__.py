"""A module a protocol: how its frames become readings, and what is owed for them."""
