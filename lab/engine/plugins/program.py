"""One run of the user's program, and what the user reads when it fails."""

import asyncio
import logging
import os
import runpy
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


def run_program(request: RunRequest, *, engine: str) -> RunResponse:
    """Run the program that ``request`` names, and return how it ended.

    Every failure has been logged at the engine's address ``engine`` when this returns, so the
    answer only says that the run is over (``bail``).
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
        message = _run(script, parallel=max(request.parallel, 1))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    if message:
        log.error(message)
    return RunResponse(bail=bool(message))


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


def _run(script: Path, *, parallel: int) -> str:
    """Run ``script`` inside a stack and return what went wrong, empty if nothing did."""
    loop = asyncio.new_event_loop()
    # Calls to the engine block a thread each; four per parallel operation, as the SDK does it.
    loop.set_default_executor(ThreadPoolExecutor(max_workers=parallel * 4))
    try:
        loop.run_until_complete(run_in_stack(lambda: _execute(script)))
    except RunError as error:
        return str(error)
    except grpc.RpcError as error:
        return _rpc_failure(error)
    except SystemExit as stop:
        return _exit_failure(stop)
    except Exception as error:  # noqa: BLE001 - the program's own, whatever it is
        lines = traceback.format_exception(type(error), error, _own_frames(error, script.parent))
        return "Program failed with an unhandled exception:\n" + "".join(lines)
    finally:
        _finish(loop)
    return ""


def _execute(script: Path) -> None:
    runpy.run_path(str(script), run_name="__main__")


def _rpc_failure(error: grpc.RpcError) -> str:
    call = cast("grpc.Call", error)  # what gRPC raises is both
    # Unavailable means that the engine is shutting down, and it knows why.
    return "" if call.code() == grpc.StatusCode.UNAVAILABLE else f"RPC error: {call.details()}"


def _exit_failure(stop: SystemExit) -> str:
    if stop.code in {None, 0}:
        return ""
    if isinstance(stop.code, str):
        sys.stderr.write(f"{stop.code}\n")
        return "Program exited with non-zero exit code: 1"
    return f"Program exited with non-zero exit code: {stop.code}"


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
