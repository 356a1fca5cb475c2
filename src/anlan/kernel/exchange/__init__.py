"""The gateway: what devices send becomes readings, is committed, and only then acknowledged."""
