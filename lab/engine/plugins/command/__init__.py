"""``pulumi-resource-command``: commands on another machine, over SSH.

``remote.Command`` alone, true to the official plugin's behaviour, its wording included: which
change runs which command, what is kept when one fails, what is streamed and what is only returned.
Anything else is refused, with a hint at the official plugin.
"""
