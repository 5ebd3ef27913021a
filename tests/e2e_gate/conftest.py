"""One lab and one stack for this folder."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Deployment, bring_up, running_lab


@pytest.fixture(scope="package")
def lab() -> Iterator[None]:
    """Bring a blank lab up, and take it down with nothing left."""
    with running_lab():
        yield


@pytest.fixture(scope="package")
def deployment(lab: None) -> Deployment:  # noqa: ARG001 - it must be up
    """Bring the stack up on the blank VPS."""
    return bring_up()
