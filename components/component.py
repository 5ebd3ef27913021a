"""What every component of the graph shares."""

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
        self, *after: pulumi.Resource | None, protect: bool | None = None
    ) -> pulumi.ResourceOptions:
        """Return options for a child that comes after the resources ``after``.

        Args:
            after: resources.
            protect: whether the state protects it from deletion.
        """
        depends: Sequence[pulumi.Resource] = [item for item in after if item is not None]
        return pulumi.ResourceOptions(parent=self, depends_on=depends, protect=protect)
