#!/bin/sh
# pulumi-resource-pulumi-python: Python's dynamic providers, in the project's own environment.
# The engine starts it in the project's folder and hands runtime.options over as PULUMI_RUNTIME_*.
environment=${PULUMI_RUNTIME_VIRTUALENV:-@environment@}
exec "$environment/bin/python" -u -m pulumi.dynamic "$@"
