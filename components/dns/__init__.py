"""The records of the host and of its domains in their zones at Cloudflare."""
