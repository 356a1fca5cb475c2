"""One Django app per domain. A capability is a folder; packs never import each other."""
