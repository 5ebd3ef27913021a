"""``make new``: writes a commented stack file from a few questions, or from flags."""
