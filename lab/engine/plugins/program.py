"""One run of the user's program, and what the user reads when it fails.

All that is told is told as Pulumi's own language host tells it, what is noise included: a program
that is quiet here is quiet there.
"""

import asyncio
import logging
import os
import runpy
import signal
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import cast

import grpc
from pulumi import RunError, log
from pulumi.runtime import reset_options, run_in_stack, set_all_config
from pulumi.runtime.proto.language_pb2 import RunRequest, RunResponse

TOLD = 32
"""The exit status of a program whose user has been told why it ended."""

INTERRUPTED = -1
"""What Go makes of the exit status of a program that a signal ended."""


def run_program(request: RunRequest, *, engine: str) -> RunResponse:
    """Run the program that ``request`` names, and return how it ended.

    What the user has been told already when this returns, at the engine's address ``engine`` or by
    the program itself (exit status `TOLD`), is answered by ``bail``. Of any other failure the
    engine adds a line of its own, with the exit status.
    """
    folder = Path(request.info.program_directory or request.pwd)
    script = folder / (request.info.entry_point or request.program or ".")
    if script.is_dir():
        script /= "__main__.py"
    _configure(request, engine=engine)
    os.chdir(folder)
    sys.argv = [str(script), *request.args]
    sys.path.insert(0, str(script.parent))
    try:
        status = _run(script, parallel=max(request.parallel, 1))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    if status in {0, TOLD}:
        return RunResponse(bail=status == TOLD)
    return RunResponse(error=f"program exited with non-zero exit code: {status}")


def _configure(request: RunRequest, *, engine: str) -> None:
    reset_options(
        project=request.project,
        stack=request.stack,
        root_directory=request.info.root_directory or request.pwd,
        parallel=request.parallel,
        engine_address=engine,
        monitor_address=request.monitor_address,
        preview=request.dryRun,
        organization=request.organization or "organization",
    )
    set_all_config(dict(request.config), list(request.configSecretKeys))
    # The first failure is reported below; asyncio would log those that follow from it.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)


def _run(script: Path, *, parallel: int) -> int:
    """Run ``script`` inside a stack and return the exit status that it would have by itself."""
    loop = asyncio.new_event_loop()
    # Calls to the engine block a thread each; four per parallel operation, as the SDK does it.
    loop.set_default_executor(ThreadPoolExecutor(max_workers=parallel * 4))
    try:
        status = _ended(loop, script)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if status != INTERRUPTED:  # what it waited for it would wait for again
        _finish(loop)
    return status


def _ended(loop: asyncio.AbstractEventLoop, script: Path) -> int:
    try:
        loop.run_until_complete(run_in_stack(lambda: _execute(script)))
    except RunError as error:
        log.error(str(error))
        return 1
    except grpc.RpcError as error:
        return _rpc_failure(error)
    except SystemExit as stop:
        return _exit_status(stop)
    except KeyboardInterrupt:
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # the engine's next one, which ends this plugin
        traceback.print_exc()
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the program's own, whatever it is
        lines = traceback.format_exception(type(error), error, _own_frames(error, script.parent))
        log.error("Program failed with an unhandled exception:\n" + "".join(lines))
        return TOLD
    return 0


def _execute(script: Path) -> None:
    # As for any program that Python runs; `plugins.serve` ends a plugin by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    runpy.run_path(str(script), run_name="__main__")


def _rpc_failure(error: grpc.RpcError) -> int:
    call = cast("grpc.Call", error)  # what gRPC raises is both
    # Unavailable means that the engine is shutting down, and it knows why.
    if call.code() != grpc.StatusCode.UNAVAILABLE:
        log.error(f"RPC error: {call.details()}")
    return TOLD


def _exit_status(stop: SystemExit) -> int:
    if isinstance(stop.code, str):
        sys.stderr.write(f"{stop.code}\n")
        return 1
    return stop.code or 0


def _own_frames(error: BaseException, folder: Path) -> TracebackType | None:
    """Return the traceback from the program's first own frame on, whole if it has none.

    A script that does not compile has none, and needs none: the error names file and line.
    """
    frame = error.__traceback__
    while frame is not None:
        if Path(frame.tb_frame.f_code.co_filename).is_relative_to(folder):
            return frame
        frame = frame.tb_next
    return None if isinstance(error, SyntaxError) else error.__traceback__


def _finish(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what is still pending, so that closing the loop prints no warning about it."""
    for task in asyncio.all_tasks(loop):
        task.cancel()
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
    loop.close()
