"""Dynamic registers (动态清单, E9): one file each. What they share stands in `subjects.register`."""
