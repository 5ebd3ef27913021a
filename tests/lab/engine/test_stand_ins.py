"""What the stand-ins lack is refused, with a hint at the official plugins."""

import os

import pytest

from tests.lab.engine.harness import Project

ZONES = """
import pulumi
from importlib.metadata import version
options = pulumi.InvokeOptions(version=version("pulumi-cloudflare"))
pulumi.runtime.invoke("cloudflare:index/getZones:getZones", {}, options).value
"""


@pytest.mark.skipif("TAPAL_PLUGINS" in os.environ, reason="the official plugins have all of it")
@pytest.mark.parametrize(
    ("program", "what"),
    [
        (ZONES, "stand-in for the Cloudflare plugin has no cloudflare:index/getZones:getZones"),
    ],
)
def test_what_a_stand_in_lacks_is_said(project: Project, program: str, what: str) -> None:
    project.write("__main__.py", program)
    done = project.preview()
    assert done.status != 0
    assert f"{what}: use the official plugin (TAPAL_PLUGINS)" in done.output
