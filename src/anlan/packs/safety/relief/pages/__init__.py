"""Pages of relief: parse, call, show."""
