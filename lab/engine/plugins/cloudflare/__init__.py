"""``pulumi-resource-cloudflare``: what the program uses of it, over Cloudflare's own client.

True to the official plugin where a program can tell: request bodies, error texts, what drifts
after a refresh and what does not, import ids. It knows ``DnsRecord``, ``getZone``, ``getZones``
and ``getDnsRecords``, and says so when asked for anything else.
"""
