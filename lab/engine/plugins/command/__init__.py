"""``pulumi-resource-command``: commands on another machine, over SSH.

``remote.Command`` alone, faithful to the official plugin in behaviour and wording: which change
runs which command, what is kept when one fails, what is streamed and what is only returned.
Anything else is refused, with a hint at the official plugin.
"""
