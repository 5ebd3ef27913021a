"""The Pulumi engine on machines that cannot reach Pulumi's downloads.

``prepare`` makes a folder of executables to put first on ``PATH``: the official ones where they
can be had, otherwise a CLI built from its Go module with the small plugins of ``plugins/``.
"""
