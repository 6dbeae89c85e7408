"""``python -m producer``."""

import sys

from producer.cli import main
from scripts import cli

sys.exit(cli.run(main))
