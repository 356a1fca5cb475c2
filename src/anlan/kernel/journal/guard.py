"""Database triggers: entries and seals cannot be changed; each new entry is noted as pending."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_SQLITE = [
    "CREATE TRIGGER journal_pending_note AFTER INSERT ON journal_entry BEGIN INSERT INTO journal_pending(entry_id) VALUES (NEW.id); END",
    *(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in ("journal_entry", "journal_seal")
        for verb in ("UPDATE", "DELETE")
    ),
]
_POSTGRES = [
    """CREATE FUNCTION journal_note_pending() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN INSERT INTO journal_pending(entry_id) VALUES (NEW.id); RETURN NULL; END $$""",
    "CREATE TRIGGER journal_pending_note AFTER INSERT ON journal_entry FOR EACH ROW EXECUTE FUNCTION journal_note_pending()",
    """CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
    *(
        f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION journal_refuse()"
        for table in ("journal_entry", "journal_seal")
    ),
]
_SQLITE_DROP = [
    "DROP TRIGGER IF EXISTS journal_pending_note",
    *(
        f"DROP TRIGGER IF EXISTS {table}_no_{verb}"
        for table in ("journal_entry", "journal_seal")
        for verb in ("update", "delete")
    ),
]
_POSTGRES_DROP = [
    "DROP TRIGGER IF EXISTS journal_pending_note ON journal_entry",
    *(f"DROP TRIGGER IF EXISTS {table}_fixed ON {table}" for table in ("journal_entry", "journal_seal")),
    "DROP FUNCTION IF EXISTS journal_note_pending()",
    "DROP FUNCTION IF EXISTS journal_refuse()",
]


def install(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in _SQLITE if editor.connection.vendor == "sqlite" else _POSTGRES:
        editor.execute(statement, params=None)  # the text holds a literal %


def remove(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in _SQLITE_DROP if editor.connection.vendor == "sqlite" else _POSTGRES_DROP:
        editor.execute(statement, params=None)  # the text holds a literal %
