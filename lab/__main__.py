"""``python -m lab``: the lab's command line."""

import argparse
import os
import sys

from lab.errors import LabError


def main() -> int:
    """Run the command line; return its exit status."""
    arguments = _parser().parse_args()
    try:
        return int(arguments.function(arguments))
    except LabError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lab",
        description="The offline internet.",
        epilog="A blank VPS is a Debian 13, or what $TAPAL_VPS names: debian12 or ubuntu.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: object, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(function=function)
        return made

    command("up", _up, "start whatever is not running")
    command("down", _down, "stop everything; disks and state are kept")
    reset = command("reset", _reset, "back to a blank VPS, the seeded zones, no Pulumi state")
    reset.add_argument("node", nargs="?", choices=["vps"], help="only this node")
    command("status", _status, "what runs; exit status 1 if anything does not")
    shell = command("shell", _shell, "a shell in a node, or COMMAND with its exit status")
    shell.add_argument("node", choices=["vps", "world"])
    shell.add_argument("argv", nargs=argparse.REMAINDER, metavar="COMMAND")
    run = command("run", _run, "run COMMAND on the operator's machine, ready for pulumi")
    run.add_argument("argv", nargs=argparse.REMAINDER, metavar="COMMAND")
    logs = command("logs", _logs, "a node's journal, or one unit's; cloudflare: the API's log")
    logs.add_argument("node", choices=["vps", "world", "cloudflare"])
    logs.add_argument("unit", nargs="?", help="for example chasquid, postfix, rspamd, pebble")
    _add_panel(command("ptr", _ptr, "the provider's panel: the reverse DNS of the VPS's addresses"))
    return parser


def _add_panel(ptr: argparse.ArgumentParser) -> None:
    actions = ptr.add_subparsers(dest="action", required=True, metavar="show|set|unset")
    show = actions.add_parser("show", help="the names of ADDRESS, or of the VPS's addresses")
    show.add_argument("address", nargs="?")
    give = actions.add_parser("set", help="give ADDRESS one name")
    give.add_argument("address")
    give.add_argument("name")
    actions.add_parser("unset", help="take ADDRESS's name away").add_argument("address")


# Each command imports what it needs: `run` and `shell` are used often and must start at once.


def _up(_: argparse.Namespace) -> int:
    from lab import lifecycle  # noqa: PLC0415

    with lifecycle.alone():
        lifecycle.up()
    return 0


def _down(_: argparse.Namespace) -> int:
    from lab import lifecycle  # noqa: PLC0415

    with lifecycle.alone():
        lifecycle.down()
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    from lab import lifecycle  # noqa: PLC0415

    with lifecycle.alone():
        if arguments.node == "vps":
            lifecycle.reset_vps()
        else:
            lifecycle.reset()
    return 0


def _status(_: argparse.Namespace) -> int:
    from lab import status  # noqa: PLC0415

    found = status.parts()
    print(status.lines(found))
    status.show_users()
    return 0 if all(part.good for part in found) else 1


def _logs(arguments: argparse.Namespace) -> int:
    from lab.cloudflare import process  # noqa: PLC0415
    from lab.nodes import node  # noqa: PLC0415

    if arguments.node == "cloudflare":
        argv = ["cat", str(process.log())]
    else:
        unit = ["--unit", arguments.unit] if arguments.unit else []
        argv = node(arguments.node).enter(["journalctl", "--boot", "--no-pager", *unit])
    os.execvp(argv[0], argv)  # noqa: S606


def _ptr(arguments: argparse.Namespace) -> int:
    from lab import plan  # noqa: PLC0415
    from lab.vps import panel  # noqa: PLC0415

    if arguments.action == "show":
        for address in [arguments.address] if arguments.address else [plan.VPS.ipv4, plan.VPS.ipv6]:
            print(address, " ".join(panel.pointers(address)) or "(no name)")
    else:
        panel.set_pointer(arguments.address, arguments.name if arguments.action == "set" else "")
    return 0


def _shell(arguments: argparse.Namespace) -> int:
    from lab.nodes import node  # noqa: PLC0415

    inside = node(arguments.node).enter(arguments.argv or ["bash", "-l"])
    os.execvp(inside[0], inside)  # noqa: S606


def _run(arguments: argparse.Namespace) -> int:
    from lab.operator.machine import become  # noqa: PLC0415

    if not arguments.argv:
        raise LabError("run what? For example: python -m lab run pulumi preview -s lab")
    become(arguments.argv)


if __name__ == "__main__":
    sys.exit(main())
