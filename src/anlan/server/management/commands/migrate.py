"""`migrate`: an empty database gets its tables at once, any other one step by step.

Django renders the state of all related models again after each operation: half a minute of CPU for two hundred tables that point at
organisations. An empty database needs none of the steps: tables are made from the models as they are, then our own migrations that run
code (triggers) run theirs, and all are recorded. `tests/house/test_schema.py` holds that both ways give the same database;
`--stepwise` takes the long one.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import RunPython
from django.db.migrations.executor import MigrationExecutor

OURS = "anlan."


class Command(migrate.Command):
    """Django's own, with the short way for an empty database."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--stepwise", action="store_true", help="An empty database too runs every migration.")

    def handle(self, *args: Any, **options: Any) -> None:
        plain = not any(options.get(name) for name in ("app_label", "plan", "check_unapplied", "fake", "stepwise"))
        connection = connections[options["database"]]
        if plain and not connection.introspection.table_names():
            build(connection)
        super().handle(*args, **options)


def build(connection: BaseDatabaseWrapper) -> None:
    """All tables, our triggers and first rows, and the record that every migration has been applied."""
    executor = MigrationExecutor(connection)
    plan = [migration for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    labels = {migration.app_label for migration in plan}
    executor.recorder.ensure_schema()
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            meta = model._meta  # noqa: SLF001 - documented by Django
            if meta.app_label in labels and meta.can_migrate(connection):
                editor.create_model(model)
    for migration in plan:
        if type(migration).__module__.startswith(OURS):
            for operation in migration.operations:
                if isinstance(operation, RunPython):
                    with connection.schema_editor() as editor:
                        operation.code(apps, editor)  # type: ignore[arg-type]  # the models as they are, which is what was made
        executor.recorder.record_applied(migration.app_label, migration.name)
