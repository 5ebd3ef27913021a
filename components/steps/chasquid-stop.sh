#!/bin/bash
# Stops chasquid on destroy, before the files that it reads go. Does nothing otherwise.
# shellcheck source=components/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

[ "$1" = delete ] || exit 0
quiet systemctl disable --now chasquid.service \
  chasquid-smtp.socket chasquid-submission.socket chasquid-submission_tls.socket || true
say "chasquid stopped"
