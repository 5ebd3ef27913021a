"""What all tests share: a lab of their own (``TAPAL_LAB``), set before anything reads it."""

import os
import signal

# Who runs tests at the same time as another on one machine gives each a number of its own.
os.environ["TAPAL_LAB"] = os.environ.get("TAPAL_TEST_LAB", "4")

# Started in the background of a shell, this process was told to ignore Ctrl-C, and would hand that
# on to the programs whose handling of it is tested.
signal.signal(signal.SIGINT, signal.default_int_handler)
