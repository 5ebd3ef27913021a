"""What a run of Pulumi would change, or has changed: one model, shown in several ways."""
