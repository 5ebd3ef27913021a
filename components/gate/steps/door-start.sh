#!/bin/bash
# Starts the follower that shuts out who guesses passwords, or restarts it after a change of its
# files. Data: whatever changes with them. Who is blocked meanwhile stays so: the kernel has the list.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

unit=tapal-door.service

if [ "$1" = delete ]; then
  quiet systemctl disable --now "$unit" || true
  quiet systemctl clean --what=state "$unit" || true
  say "nobody is shut out any more"
  exit 0
fi

[ -x /usr/bin/python3 ] ||
  fail "the host has no /usr/bin/python3, which the door needs" "apt-get install python3 on the host"

quiet systemctl daemon-reload
quiet systemctl enable "$unit"
if ! quiet systemctl restart "$unit"; then
  journalctl -u "$unit" -n 15 --no-pager -o cat
  fail "the door does not start" \
    "its last lines stand above; until it runs, nobody who guesses passwords is shut out"
fi
# It is asked what it has done, which shows that the firewall has its sets.
blocked=$(cd /usr/local/lib/tapal/door && python3 -S -B -m mail.door.status 2>&1) ||
  fail "the door has no firewall: $blocked" "systemctl restart tapal-firewall.service on the host"
say "the door is watched; blocked now: $(grep -c '"until"' <<<"$blocked" || true)"
