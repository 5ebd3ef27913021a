"""Renders the files of ``lab/``: a name that the template uses and nobody gave is an error."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).resolve().parent
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_FOLDER),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701 - configuration files, not HTML
)


def render(template: str, **values: object) -> str:
    """Return ``lab/<template>`` filled with ``values``.

    Raises:
        jinja2.UndefinedError: the template uses a name that is not among ``values``.
    """
    return _ENVIRONMENT.get_template(template).render(**values)
