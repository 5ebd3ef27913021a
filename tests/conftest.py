"""What all tests share: a lab of their own (``TAPAL_LAB``), set before anything reads it."""

import os

os.environ["TAPAL_LAB"] = "4"
