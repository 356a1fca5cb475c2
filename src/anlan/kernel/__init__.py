"""One room per shared primitive, stacked: an upper room may import a lower one, never the reverse."""
