"""``pulumi-resource-cloudflare``: what the program uses of it, over Cloudflare's own client.

Faithful to the official plugin where a program can tell: request bodies, error texts, what drifts
after a refresh and what does not, import ids. It knows ``DnsRecord``, ``getZone`` and
``getDnsRecords``; anything else is refused, with a hint at the official plugin.
"""
