"""``pulumi-language-python``: runs the program, over the Python SDK's own runtime.

The program runs in this very process, on its main thread, in the project's own virtual
environment (``runtime.options.virtualenv``), as if it had been started by ``python``. The engine
starts one language host for a preview and another for the update that follows, so nothing of
one run is seen by the next. What its user reads when it fails: `lab.engine.plugins.program`.
"""

import os
import sys
from pathlib import Path

PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml")


def project_python(folder: Path) -> Path | None:
    """Return the interpreter that the project around ``folder`` asks for, None if it does not.

    Raises SystemExit, with the cure, if the named virtual environment does not exist.
    """
    import yaml  # noqa: PLC0415 - costs start-up time, and is needed only here

    files = [up / name for up in (folder, *folder.parents) for name in PROJECT_FILES]
    project = next((file for file in files if file.is_file()), None)
    if project is None:
        return None
    runtime = yaml.safe_load(project.read_text()).get("runtime")
    options = runtime.get("options") or {} if isinstance(runtime, dict) else {}
    if not options.get("virtualenv"):
        return None
    python = Path(project.parent, options["virtualenv"], "bin", "python")
    if not python.exists():
        sys.exit(
            f"{project} says 'virtualenv: {options['virtualenv']}', but {python} does not exist; "
            f"make it with: python3 -m venv {python.parent.parent}"
        )
    return python


def enter_virtual_environment() -> None:
    """Become the project's interpreter if this process is another one."""
    python = project_python(Path.cwd())
    if python is None:
        return
    prefix = python.parent.parent
    if not prefix.samefile(sys.prefix):
        os.execv(python, [str(python), *sys.orig_argv[1:]])  # noqa: S606 - itself, elsewhere
    # What the program starts by name comes from its own environment, as if it were activated.
    os.environ["VIRTUAL_ENV"] = str(prefix)
    os.environ["PATH"] = f"{prefix / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"


def main() -> None:
    """Serve the engine until it ends this process."""
    enter_virtual_environment()
    from lab.engine.plugins import host  # noqa: PLC0415 - from the project's own environment

    host.serve()


if __name__ == "__main__":
    main()
