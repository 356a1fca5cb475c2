"""Reports of safety violations and dangers (安全生产举报, with reward; S20): the kernel's counter with our words, limits and rewards."""
