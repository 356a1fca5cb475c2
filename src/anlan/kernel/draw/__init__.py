"""Random draw (随机抽查): commit, then reveal. The list and its hash are public before the public value is known; anyone repeats it."""
