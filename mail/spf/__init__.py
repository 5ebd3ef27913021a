"""SPF (RFC 7208): the records that we publish, and those that are there already."""
