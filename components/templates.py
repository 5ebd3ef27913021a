"""Renders ``templates/*.j2``: what lands on the host exists as a file in the repository."""

import shlex
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - shell and configuration files, not HTML; `quote` is there
    )
    environment.filters["quote"] = shlex.quote
    return environment


def render(name: str, **values: object) -> str:
    """Return ``templates/<name>.j2`` filled with ``values``.

    Raises:
        jinja2.UndefinedError: the template names a value that was not given.
    """
    return _environment().get_template(f"{name}.j2").render(values)
