"""`python tests/faults/elsewhen.py FOLDER`: the bot with the time zones of a folder before those of the system.

As after an update of the zones' data: what a government decides changes them some times a year.
"""

from __future__ import annotations

import sys
import zoneinfo

from bot import __main__ as program

if __name__ == "__main__":
    zoneinfo.reset_tzpath([sys.argv[1], *zoneinfo.TZPATH])
    zoneinfo.ZoneInfo.clear_cache()
    sys.argv[1:] = ["run"]
    program.main()
