"""A stack whose file is there: `make new` goes on where it stopped, and changes no setting."""

from collections.abc import Mapping, Sequence

from settings import stack_file
from tools.new_stack.about_server import log_in_only
from tools.new_stack.about_zone import ask_token
from tools.new_stack.ceremony import KEY, TOKEN
from tools.new_stack.conversation import Step
from tools.new_stack.draft import Draft


def where(stack: str) -> str:
    """Return the stack's file as a person names it."""
    file = stack_file.path(stack)
    return str(file.relative_to(file.parent.parent))


def read(stack: str, draft: Draft) -> Draft:
    """Return ``draft`` with the answers that stand in the file of ``stack``.

    Raises:
        StackFileError: it cannot be read.
    """
    config = stack_file.config(stack)
    host = _mapping(config.get("tapal:host"))
    ssh = _mapping(host.get("ssh"))
    domains = config.get("tapal:domains")
    acme = _mapping(config.get("tapal:acme"))
    first = _mapping(domains[0]) if isinstance(domains, list) and domains else {}
    said = {
        "stack": stack,
        "domain": first.get("name"),
        "host_stack": config.get("tapal:hostStack"),
        "host_name": host.get("name"),
        "ipv4": host.get("ipv4"),
        "ipv6": _address(host.get("ipv6")),
        "email": acme.get("email"),
        "ssh_user": ssh.get("user"),
        "ssh_port": ssh.get("port"),
        "host_key": ssh.get("hostKey"),
    }
    return draft.answered(**{name: (str(text),) if text else () for name, text in said.items()})


def steps(stack: str) -> Sequence[Step]:
    """Return what is still to be asked, or found out, for the stack's secrets."""
    wanted = missing(stack)
    return [
        *([ask_token] if TOKEN in wanted else []),
        *([log_in_only] if KEY in wanted else []),
    ]


def missing(stack: str) -> list[str]:
    """Return the secrets that the file of ``stack`` does not have and needs.

    Raises:
        StackFileError: it cannot be read.
    """
    config = stack_file.config(stack)
    ssh = _mapping(_mapping(config.get("tapal:host")).get("ssh"))
    wanted = [key for key in (TOKEN, KEY) if key not in config]
    return [key for key in wanted if not (key == KEY and ssh.get("keyFile"))]


def _address(value: object) -> object:
    return _mapping(value).get("address") if isinstance(value, dict) else value


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
