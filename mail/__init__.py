"""What tapal knows about mail: records, server files, messages, verdicts.

Nothing here imports pulumi or opens a connection to the host: values in, text and findings out.
``tests/test_layers.py`` holds that rule.
"""
