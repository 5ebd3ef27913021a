#!/bin/bash
# Comes before a signing key's file, and so goes after it: chasquid reads its keys only at start, and
# would go on signing with one that is retired.
# shellcheck source=components/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

[ "$1" = delete ] || exit 0
quiet systemctl try-restart chasquid.service
say "chasquid no longer signs with that key"
