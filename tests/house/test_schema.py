"""An empty database made at once is the one that all migrations make, step by step."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow]
ROOT = Path(__file__).parents[2]
_CODE = """
import json, sys, django
django.setup()
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0, stepwise=sys.argv[1] == "stepwise")
found, NAMELESS = {}, ("__", "fk_")  # SQLite numbers these by their place in the table
with connection.cursor() as cursor:
    see = connection.introspection
    for table in see.table_names(cursor):
        columns = sorted((one.name, str(one.type_code), one.null_ok, str(one.default)) for one in see.get_table_description(cursor, table))
        constraints = {name: {key: one[key] for key in ("columns", "primary_key", "unique", "foreign_key", "check", "index")}
                       for name, one in see.get_constraints(cursor, table).items() if not name.startswith(NAMELESS)}
        nameless = sorted(json.dumps({key: one[key] for key in ("columns", "unique", "foreign_key")})
                          for name, one in see.get_constraints(cursor, table).items() if name.startswith(NAMELESS))
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        found[table] = [columns, sorted(constraints.items()), nameless, cursor.fetchone()[0]]
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
    found["triggers"] = cursor.fetchall()
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    found["migrations"] = cursor.fetchall()
print(json.dumps(found, default=str))
"""


def made(var: Path, how: str) -> dict[str, Any]:
    env = {
        **os.environ,
        "ANLAN_VAR": str(var),
        "DJANGO_SETTINGS_MODULE": "anlan.server.settings",
        "PYTHONPATH": str(ROOT / "src"),
    }
    env.pop("ANLAN_DATABASE_URL", None)
    done = subprocess.run([sys.executable, "-c", _CODE, how], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_both_ways_give_the_same_database(tmp_path: Path) -> None:
    (tmp_path / "short").mkdir()
    (tmp_path / "long").mkdir()
    short, long = made(tmp_path / "short", "short"), made(tmp_path / "long", "stepwise")
    assert len(short) > 100
    assert short["triggers"]
    assert short.keys() == long.keys()
    different = {name: (short[name], long[name]) for name in short if short[name] != long[name]}
    assert different == {}
