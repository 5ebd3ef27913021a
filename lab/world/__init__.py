"""The world outside the VPS, in one container: name servers, certificate authority, receiver.

``root/`` holds its files where they land in the container (``*.j2`` filled in from ``lab.plan``).
"""
