#!/bin/sh
# Starts one of the engine's plugins from the repository that it belongs to.
PYTHONPATH=@repository@${PYTHONPATH:+:$PYTHONPATH}
export PYTHONPATH
exec @environment@/bin/python -uP -m @module@ "$@"
