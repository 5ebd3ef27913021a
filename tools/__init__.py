"""What a person or a pipeline runs beside `pulumi`: new stacks, their check, pull requests."""
