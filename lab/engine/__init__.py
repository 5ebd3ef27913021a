"""The Pulumi engine on machines that cannot reach Pulumi's downloads.

``prepare`` makes a folder of executables to put first on ``PATH``: the official ones where they
are installed or can be fetched, otherwise a CLI built from its Go module with the stand-ins of
``plugins/``.
"""
