from django.db import migrations

# A frozen snapshot is never updated, by whatever program. (Deleting it is prevented by its foreign key and shown by the journal.)
SQLITE = "CREATE TRIGGER review_snapshot_frozen BEFORE UPDATE ON planning_reviews_snapshot BEGIN SELECT RAISE(ABORT, 'a signed review is frozen'); END"
POSTGRES = """CREATE FUNCTION review_snapshot_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN RAISE EXCEPTION 'a signed review is frozen'; END $$;
   CREATE TRIGGER review_snapshot_frozen BEFORE UPDATE ON planning_reviews_snapshot FOR EACH ROW EXECUTE FUNCTION review_snapshot_refuse()"""


def install(_apps, editor):
    editor.execute(SQLITE if editor.connection.vendor == "sqlite" else POSTGRES)


def remove(_apps, editor):
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TRIGGER IF EXISTS review_snapshot_frozen")
    else:
        editor.execute("DROP TRIGGER IF EXISTS review_snapshot_frozen ON planning_reviews_snapshot; DROP FUNCTION IF EXISTS review_snapshot_refuse()")


class Migration(migrations.Migration):
    dependencies = [("planning_reviews", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
