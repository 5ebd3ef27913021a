"""The lab's DNS provider: Cloudflare's v4 API for zones and DNS records, in front of BIND.

It keeps records as Cloudflare keeps them, refuses what Cloudflare refuses with the codes and
words Cloudflare uses, and publishes each accepted change as one RFC 2136 update. Sources are
named where a rule stands: Cloudflare's API reference, or an issue that quotes a real answer.
"""
