"""`python -m anlan.server` is `anlan`."""

from anlan.server.cli import main

main()
