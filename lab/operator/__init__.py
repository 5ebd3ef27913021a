"""The operator's machine in the lab, and the stacks that are worked on there with `pulumi`."""
