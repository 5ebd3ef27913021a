"""``python -m lab.cloudflare``: serve the API, or list what its zones hold."""

import argparse
import asyncio
import signal
import sys
import urllib.error
import urllib.request
from pathlib import Path

from aiohttp import web

from lab import plan
from lab.cloudflare import tsig
from lab.cloudflare.publish import Edge, NameServer, NoPublisher, NotPublishedError, Publisher
from lab.cloudflare.server import Server
from lab.cloudflare.service import Account, Service
from lab.cloudflare.store import Store


def main() -> int:
    """Run the command line; return its exit status."""
    arguments = _parser().parse_args()
    if arguments.command == "list":
        return _list(arguments.url)
    try:
        asyncio.run(_serve(arguments))
    except (ValueError, OSError) as error:
        print(f"✗ lab.cloudflare: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab.cloudflare", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["serve", "list"], default="serve")
    parser.add_argument("--url", default=f"http://{plan.API.name}", help="list: the API's address")
    parser.add_argument("--listen", action="append", metavar="ADDRESS:PORT", default=[])
    parser.add_argument("--state", type=Path, metavar="FILE", help="where records are kept")
    parser.add_argument("--zones", default=",".join(plan.CLOUDFLARE_ZONES), metavar="A,B,…")
    parser.add_argument("--token", default=plan.API_TOKEN, help="the API token that opens it")
    parser.add_argument("--dns", metavar="ADDRESS:PORT", help="the name server to publish into")
    key = parser.add_mutually_exclusive_group()
    key.add_argument("--tsig-key", metavar="NAME:ALGORITHM:SECRET")
    key.add_argument("--tsig-key-file", type=Path, metavar="FILE", help="that, or BIND's clause")
    return parser


async def _serve(arguments: argparse.Namespace) -> None:
    if arguments.state is None or not arguments.listen:
        raise ValueError("serving needs --state FILE and at least one --listen ADDRESS:PORT")
    publisher = _publisher(arguments)
    store = Store(arguments.state, [name for name in arguments.zones.split(",") if name])
    account = Account(name_servers=(plan.NS1.name, plan.NS2.name))
    service = Service(store, publisher, account)
    runner = web.AppRunner(Server(service, arguments.token).application(), access_log=None)
    await runner.setup()
    await _publish_all(service)
    try:
        for listen in arguments.listen:
            host, port = _address(listen)
            await web.TCPSite(runner, host, port).start()
        stopped = _stop_signals()
        for address in runner.addresses:
            print(f"✓ Cloudflare's API listens on {_shown(address)}", flush=True)
        await stopped.wait()
    finally:
        await runner.cleanup()


async def _publish_all(service: Service) -> None:
    # The name server may start later than we do; then the first change reports it.
    try:
        await service.publish_all()
    except NotPublishedError as error:
        print(f"! stored records were not published again: {error}", file=sys.stderr, flush=True)


def _publisher(arguments: argparse.Namespace) -> Publisher:
    if arguments.dns is None:
        return NoPublisher()
    if arguments.tsig_key_file:
        key = tsig.from_file(arguments.tsig_key_file)
    elif arguments.tsig_key:
        key = tsig.from_line(arguments.tsig_key)
    else:
        raise ValueError("--dns needs --tsig-key or --tsig-key-file: updates are signed")
    host, port = _address(arguments.dns)
    edge = Edge(ipv4=plan.API.ipv4, ipv6=plan.API.ipv6)
    return NameServer(address=host, port=port, key=key, edge=edge)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"{text!r} is not ADDRESS:PORT ([ADDRESS]:PORT for IPv6)")
    return host.strip("[]"), int(port)


def _shown(address: tuple[str, int]) -> str:
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _stop_signals() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    return stopped


def _list(url: str) -> int:
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/", timeout=10) as answer:  # noqa: S310
            print(answer.read().decode(), end="")
    except (urllib.error.URLError, OSError) as error:
        print(f"✗ {url} does not answer ({error}): is the lab up?", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
