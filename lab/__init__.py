"""The offline internet: a VPS, name servers, a certificate authority and a receiver, all real.

Nothing of the program imports this package: it reaches the lab as it would reach the internet,
over SSH, HTTP, DNS and ACME.
"""
