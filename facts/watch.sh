#!/bin/bash
# The mail log as it is written, and which servers are connected to by port 25 meanwhile: the log
# does not say over which of a receiver's addresses a mail went.
#
# Lines: `ready` when it listens, `connected ADDRESS`, the log's own, and a dot every second, by
# which it notices that nobody hears it any more. Argument: seconds after which it ends.
set -u
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
journalctl --unit=chasquid.service --output=short-unix --quiet --no-pager --lines=0 --follow &
journal=$!
trap 'kill "$journal" 2>/dev/null' EXIT
sleep 0.3
echo ready
declare -A known=()
ticks=0
while ((SECONDS < $1)); do
  while read -r _ _ _ _ peer _; do
    address=${peer%:*}
    [ -n "${known[$address]:-}" ] || echo "connected $address" || exit
    known[$address]=1
  done < <(ss -Htn '( dport = :25 )' 2>/dev/null)
  if ((++ticks % 25 == 0)); then echo . || exit; fi
  sleep 0.04
done
