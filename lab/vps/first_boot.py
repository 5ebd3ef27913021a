#!/usr/bin/python3
"""What cloud-init does to whoever logs in at once: the system is "starting", and dpkg is locked."""

import fcntl
import time
from contextlib import ExitStack

SECONDS = 4
LOCKS = ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock")

with ExitStack() as held:
    for path in LOCKS:
        fcntl.lockf(held.enter_context(open(path, "w")), fcntl.LOCK_EX)  # noqa: PTH123
    time.sleep(SECONDS)
