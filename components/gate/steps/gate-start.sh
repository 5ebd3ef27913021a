#!/bin/bash
# Starts the mail gate, or restarts it after a change of its files, and puts the hook for this kind
# of machine in place; then a question goes through the hook to the gate and back. Data: whatever changes with them.
# On destroy chasquid is stopped by now, and its hook gone.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

gate=/usr/local/lib/tapal/gate
socket=/run/tapal-gate/gate.sock
state=/var/lib/private/tapal-gate
units=(tapal-gate.socket tapal-gate.service)
helpers=(tapal-gate-deny.path tapal-gate-post.path)
sign=(tapal-gate-sign.socket tapal-gate-sign.service)
group=tapal-sign # whose members may ask the signer

if [ "$1" = delete ]; then
  quiet systemctl disable --now "${helpers[@]}" || true
  quiet systemctl stop tapal-gate-deny.service tapal-gate-post.service || true
  quiet systemctl disable --now "${units[@]}" "${sign[@]}" || true
  rm -f -- "$gate/hook"
  rm -rf -- "$state" "${state/private\/}" # the second is a link to the first
  groupdel "$group" 2>/dev/null || true
  say "the mail gate is stopped"
  exit 0
fi

/usr/bin/python3 -c 'import sqlite3, smtplib' 2>/dev/null ||
  fail "the host has no whole /usr/bin/python3, which the mail gate needs" "apt-get install python3 on the host"

[ -x /usr/bin/openssl ] ||
  fail "the host has no /usr/bin/openssl, which signs for one-click unsubscription" "apt-get install openssl on the host"
groupadd --system --force "$group" ||
  fail "the group $group cannot be made on the host" "see the line above"

# Whoever is asking gets an answer: the service alone restarts, unless the socket itself changed.
socket_changed=$(systemctl show -P NeedDaemonReload tapal-gate.socket)
quiet systemctl daemon-reload
quiet systemctl enable tapal-gate.socket tapal-gate-sign.socket "${helpers[@]}"
quiet systemctl restart "${helpers[@]}" ||
  fail "systemd does not watch for what the mail gate asks" "systemctl status ${helpers[*]} on the host"
# The signer itself is started by its socket, when there is something to sign.
quiet systemctl stop "${sign[@]}" || true
quiet systemctl start tapal-gate-sign.socket ||
  fail "the mail gate's signer cannot be reached" "systemctl status tapal-gate-sign.socket on the host"
if [ "$socket_changed" = yes ]; then
  quiet systemctl restart "${units[@]}" || true # what comes of it is asked below
else
  quiet systemctl start tapal-gate.socket
  quiet systemctl restart tapal-gate.service || true
fi

# place_hook FILE: whole, and only if it differs; chasquid may be running it.
place_hook() {
  local new
  new=$(mktemp "$gate/.tapal.XXXXXXXX")
  case $1 in *.b64) base64 -d "$1" >"$new" ;; *) cat "$1" >"$new" ;; esac
  chmod 755 "$new"
  if cmp -s "$new" "$gate/hook" && [ -x "$gate/hook" ]; then rm -f "$new"; else mv -fT "$new" "$gate/hook"; fi
}

# hook_runs: whether this machine can run it; without a gate it ends with 75.
hook_runs() {
  local status=0
  "$gate/hook" "$gate/nowhere" </dev/null >/dev/null 2>&1 || status=$?
  [ "$status" = 75 ]
}

hook=hook.$(uname -m).b64
[ ! -e "$gate/$hook" ] || place_hook "$gate/$hook"
if [ ! -e "$gate/$hook" ] || ! hook_runs; then
  hook=hook.pl
  place_hook "$gate/$hook"
  hook_runs || fail "the mail gate's hook does not run on this machine ($(uname -m)), nor in Perl" \
    "apt-get install perl-base on the host; until then chasquid takes no mail (451)"
fi

for _ in 1 2 3 4 5; do
  # It waits itself while systemd starts the service.
  if answer=$(TAPAL_GATE_STATUS=yes timeout 10 "$gate/hook" "$socket" </dev/null 2>&1); then
    say "the mail gate $answer ($hook)"
    exit 0
  fi
  sleep 0.5
done
journalctl -u tapal-gate.service -n 15 --no-pager -o cat
fail "the mail gate does not answer as it should: ${answer:-nothing}" \
  "its last lines stand above; systemctl status tapal-gate.service. Until it does, chasquid takes no mail (451)"
