"""Pages of planning: parse, call the action, show. No rule lives here."""
