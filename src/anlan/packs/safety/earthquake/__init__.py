"""地震速报 (S6): an official quick report becomes an incident with one click; whom to ask first follows from the distance alone."""
