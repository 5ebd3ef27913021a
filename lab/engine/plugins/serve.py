"""What every plugin has in common: how it starts, how the engine finds it, and how it ends.

The engine starts a plugin with its own address as the last argument, reads the port from the
first line on stdout, and ends it with SIGINT. A plugin whose engine was killed learns it from
the end of its stdin, which is a pipe that the engine holds open; so nothing outlives the engine.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
import grpc.aio

MAX_MESSAGE_BYTES = 400 * 1024 * 1024  # the SDK's own limit: state and archives may be large


def grpc_options() -> list[tuple[str, int]]:
    """Return the channel options that both ends of Pulumi's gRPC connections use."""
    return [
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ]


def engine_address() -> str:
    """Return the engine's gRPC address, which is the plugin's last argument."""
    return sys.argv[-1]


def type_token(urn: str) -> str:
    """Return the type of the resource ``urn``, such as ``cloudflare:index/dnsRecord:DnsRecord``."""
    return urn.split("::")[2].rpartition("$")[2]


def refusal(plugin: str, token: str) -> str:
    """Return what a program is told that asks a stand-in for more than it has."""
    return (
        f"this machine's stand-in for the {plugin} plugin has no {token}: use the official plugin "
        "(TAPAL_PLUGINS)"
    )


def forget_launcher() -> None:
    """Take this repository, which the launcher put first on PYTHONPATH, out of the environment.

    A user's program, and what it starts, must not find the lab's modules. To be called once the
    plugin has imported all that it needs of them.
    """
    repository, _, rest = os.environ.get("PYTHONPATH", "").partition(os.pathsep)
    if rest:
        os.environ["PYTHONPATH"] = rest
    else:
        os.environ.pop("PYTHONPATH", None)
    sys.path[:] = [entry for entry in sys.path if entry != repository]
    for name in [name for name in sys.modules if name.partition(".")[0] == "lab"]:
        del sys.modules[name]


def announce(port: int) -> None:
    """Print the port as the first line on stdout, as the engine expects it."""
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


def end_with_the_engine() -> None:
    """End at once and without noise when the engine says so (SIGINT) or is gone (stdin ends)."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    lifeline = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)  # what the plugin itself starts must not read from the engine's pipe
    os.close(nothing)

    def watch() -> None:
        while os.read(lifeline, 4096):
            pass
        if os.getpgrp() == os.getpid():  # as the engine starts us: whatever we started ends too
            os.killpg(0, signal.SIGKILL)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def start(register: Callable[[grpc.Server], None], *, threads: int = 64) -> grpc.Server:
    """Start a gRPC server on a free loopback port and tell the engine where it is.

    ``register`` adds the plugin's servicer. ``threads`` bounds how many calls run at once.
    """
    end_with_the_engine()
    server = grpc.server(ThreadPoolExecutor(max_workers=threads), options=grpc_options())
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    announce(port)
    return server


def serve(register: Callable[[grpc.Server], None], *, threads: int = 64) -> None:
    """Like ``start``, and then serve until the engine ends the process."""
    start(register, threads=threads).wait_for_termination()


def serve_async(register: Callable[[grpc.aio.Server], None]) -> None:
    """Like ``serve``, for a servicer made of coroutines: as many calls at once as there are."""

    async def run() -> None:
        server = grpc.aio.server(options=grpc_options())
        register(server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        announce(port)
        await server.wait_for_termination()

    end_with_the_engine()
    asyncio.run(run())
