"""The observation store: chunk layout on SQLite or PostgreSQL behind one small interface. No Django here."""
