"""Imported first by the program: from then on an interruption ends it, and says nothing.

When a resource fails, or at Ctrl-C, the engine has told why before it interrupts the program. By
default Python would add two dozen lines of where the program happened to be.
"""

import os
import signal

from components.refusal import TOLD

# Not sys.exit(): there is nothing to put in order, and threads that wait for the network would
# keep the process for as long.
signal.signal(signal.SIGINT, lambda *_: os._exit(TOLD))
