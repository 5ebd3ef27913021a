#!/bin/bash
# Stops chasquid on destroy, before the files that it reads go. Does nothing otherwise.
# Data: stack= (the host's own). Refuses as long as domains of other stacks are served here.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

[ "$1" = delete ] || exit 0

others=
for owner in /var/lib/tapal/domains/*; do
  [ -e "$owner" ] || continue
  [ "$(cat "$owner")" = "$(setting stack)" ] ||
    others+="${others:+, }$(basename "$owner") (stack $(cat "$owner"))"
done
[ -z "$others" ] || fail "other stacks' domains are served here: $others" \
  "destroy those stacks first: pulumi destroy --stack NAME; of a domain that has moved to another server: rm -r /etc/chasquid/domains/DOMAIN /var/lib/tapal/domains/DOMAIN on this one"

quiet systemctl disable --now chasquid.service \
  chasquid-smtp.socket chasquid-submission.socket chasquid-submission_tls.socket || true
say "chasquid stopped"
