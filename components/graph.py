"""Small things that every component of the graph shares."""

from collections.abc import Sequence

import pulumi


def after(*resources: pulumi.Resource | None) -> pulumi.ResourceOptions:
    """Return options for what comes after ``resources``; of a component, after its children."""
    return pulumi.ResourceOptions(depends_on=[item for item in resources if item is not None])


class Component(pulumi.ComponentResource):
    """A component that makes the options of its children in one place.

    The caller's own options are not merged into children: aliases would collide.
    """

    def child(
        self, *after: pulumi.Resource | None, protect: bool | None = None, was: str = ""
    ) -> pulumi.ResourceOptions:
        """Return options for a child that comes after the resources ``after``.

        Args:
            after: resources.
            protect: whether the state protects it from deletion.
            was: the name that it had in earlier versions of tapal: it is the same resource.
        """
        depends: Sequence[pulumi.Resource] = [item for item in after if item is not None]
        aliases = [pulumi.Alias(name=was)] if was else None
        return pulumi.ResourceOptions(
            parent=self, depends_on=depends, protect=protect, aliases=aliases
        )
