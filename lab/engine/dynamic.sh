#!/bin/sh
# pulumi-resource-pulumi-python: Python's dynamic providers, in the project's own environment.
# The engine starts it in the project's folder and hands runtime.options over as PULUMI_RUNTIME_*.
environment=${PULUMI_RUNTIME_VIRTUALENV:-@environment@}
# When the engine is killed it cannot end this process, which would run on: 75 MB each time.
exec setpriv --pdeathsig KILL "$environment/bin/python" -u -m pulumi.dynamic "$@"
