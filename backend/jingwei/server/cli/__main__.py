"""`python -m jingwei.server.cli` is the same as `jingwei`."""

import sys

from jingwei.server.cli import main

sys.exit(main())
