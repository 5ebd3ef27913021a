"""What decides on the host whether a mail is taken: read by the gate's daemon, for every mail.

Everything here runs on the server with the Python that Debian ships (3.10 to 3.14): it imports the
standard library and ``mail.gate`` alone. What works out the policy at deploy time is in
``mail/gate_policy.py``.
"""
