"""``make testmail``: one mail from an account of the stack, followed to the receiver's answer."""
