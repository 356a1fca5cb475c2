"""Gas of stationary sources and petrol stations: reference oxygen, valid hours and days, stand-ins, vapour recovery."""
