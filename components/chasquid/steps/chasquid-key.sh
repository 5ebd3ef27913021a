#!/bin/bash
# Created before the key file so that Pulumi deletes it after: the restart then drops the key, which
# chasquid, reading its keys only at start, would otherwise go on signing with.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

[ "$1" = delete ] || exit 0
quiet systemctl try-restart chasquid.service
say "chasquid no longer signs with that key"
