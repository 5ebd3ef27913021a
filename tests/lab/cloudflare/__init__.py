"""The lab's Cloudflare API, checked against what Cloudflare does."""
