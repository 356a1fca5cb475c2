"""Plain registers (台账): one file each."""
