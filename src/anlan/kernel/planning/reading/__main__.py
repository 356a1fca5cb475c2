"""`python -m anlan.kernel.planning.reading FILE --json`."""

import sys

from anlan.kernel.planning.reading.cli import read_command

sys.exit(read_command(sys.argv[1:]))
