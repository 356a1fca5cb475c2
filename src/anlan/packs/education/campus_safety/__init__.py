"""Campus safety (校园安全, D13): dangers on the kernel's rectification, canteen and water, school buses, the state of each school's guards,
gates and alarm, and reports of bullying that only two named people read. Pupils are masked; taking the mask off is an act on record."""
