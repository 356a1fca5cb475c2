"""Inspection by the environment bureau (E10): double random draw, discretion, penalty, transfer to justice, red and yellow cards."""
