"""The civil calendar of the People's Republic of China: working days, as each year's notice sets them."""
