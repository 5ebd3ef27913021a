"""Renders templates: whatever lands on a machine exists as a file of the repository (``*.j2``)."""

import shlex
from functools import cache
from pathlib import Path

import jinja2

REPOSITORY = Path(__file__).parent.parent


def render(template: str, **values: object) -> str:
    """Return ``template``, named by its path in the repository, filled with ``values``.

    The filter ``quote`` quotes a value for a shell. Nothing else is escaped: these are shell and
    configuration files, not HTML.

    Raises:
        jinja2.UndefinedError: the template uses a name that is not among ``values``.
    """
    return _environment().get_template(template).render(values)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(REPOSITORY),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - see `render`
    )
    environment.filters["quote"] = shlex.quote
    return environment
