"""The processes that several packs share. A pack gives words, grades, limits and permissions; the tables stand here once."""
