"""The program's components: they know Pulumi, and hold no mail lore (that is in ``mail/``)."""
