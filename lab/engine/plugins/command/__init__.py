"""``pulumi-resource-command``: commands and files, over SSH and on this machine.

``remote.Command``, ``remote.CopyToRemote``, ``remote.CopyFile``, ``local.Command`` and
``local.run``, true to the official plugin's behaviour, its wording included: which change runs
which command, what is kept when one fails, what is streamed and what is only returned. What is
left out: ``assetPaths`` and ``archivePaths``, which say so when they are asked for.
"""
