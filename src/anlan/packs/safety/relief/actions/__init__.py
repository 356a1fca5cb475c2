"""What is done in relief: sites, households, and what the incident's log is told."""
