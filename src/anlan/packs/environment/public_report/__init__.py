"""Reports and petitions about the environment (信访、有奖举报, E11): the kernel's counter with our words, limits and rewards."""
