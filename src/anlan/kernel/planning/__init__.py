"""Planning: what a plan promises, who does it, by when, and the number that shows it."""
