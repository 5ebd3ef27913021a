"""What a DNS zone holds, whose it is, and what becomes of it when ours are published."""
