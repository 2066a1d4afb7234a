"""`python -m headwater`: the `headwater` command."""

import sys

from headwater._src.cli.main import main

sys.exit(main())
