"""``make password``: shows an account's password and what to type into a mail program."""
