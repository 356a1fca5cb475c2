"""Every act of command: one function each, which writes its entries into the log."""
