"""Cases: found, assigned, done, checked by another person, closed. The only place that changes a case's state."""
