"""The offline internet: a VPS, name servers, a certificate authority and a receiver, all real.

Nothing in ``mail/`` or ``components/`` knows this package; the program under test reaches the
lab as it would reach the internet: over SSH, HTTP, DNS and ACME.
"""
