"""The lab's Cloudflare API, held against what Cloudflare does."""
