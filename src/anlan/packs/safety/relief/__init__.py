"""Shelters and relief (S11): where people stay, who was registered, and the clock of every household from the time of occurrence."""
