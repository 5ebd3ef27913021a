#!/bin/bash
# Starts chasquid, or restarts it after a change that it reads only at start, and waits until it
# answers. What it will read is checked first: with a broken file the running one goes on.
# Data: name= (the host), ports= (space-separated).
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

units=(chasquid.service chasquid-smtp.socket chasquid-submission.socket chasquid-submission_tls.socket)

# Which start of chasquid read which files: of those that it reads only at start, so neither the
# aliases nor what stands in the users' files. By content: a clock that was set back would hide a new
# key from a look at the times. Each start of the service writes that down (`record`, in its unit),
# whoever has started it.
started=/run/tapal-chasquid-started
on_disk() (
  export LC_ALL=C # the order of names
  find /etc/chasquid/domains -name users | sort
  find /etc/chasquid/chasquid.conf /etc/chasquid/certs /etc/systemd/system/chasquid.service.d \
    /etc/chasquid/domains -type f ! -name aliases ! -name users -print0 | sort -z | xargs -0 sha256sum
)

# is_fresh: whether it runs, and has read all that lies there. So several domains that come at once
# cost one restart.
is_fresh() {
  [ "$(systemctl is-active chasquid.service)" = active ] &&
    [ "$(systemctl show -P InvocationID chasquid.service && on_disk)" = "$(cat "$started")" ]
} 2>/dev/null

case $1 in
record) # before chasquid reads them: what comes later is new to it
  { echo "${INVOCATION_ID:-}" && on_disk; } >"$started.new" 2>/dev/null
  mv -f "$started.new" "$started"
  exit 0
  ;;
reads)
  if is_fresh; then echo "what lies on disk"; else echo "older files than lie on disk"; fi
  exit 0
  ;;
esac

install_certificate "$(setting name)"

quiet chasquid-util -C=/etc/chasquid print-config ||
  fail "chasquid cannot read its configuration" "see the lines above; the running server was left as it is"
for users in /etc/chasquid/domains/*/users; do
  [ -e "$users" ] || continue
  quiet chasquid-util -C=/etc/chasquid check-userdb "$(basename "$(dirname "$users")")" ||
    fail "chasquid cannot read $users" "see the lines above; the running server was left as it is"
done

# No quick way round: `is-enabled` and `is-active` of several units are true if one of them is.
all_units() { for unit in "${units[@]}"; do systemctl --quiet "$1" "$unit" || return 1; done; }
all_units is-enabled || quiet systemctl enable "${units[@]}"

if is_fresh && all_units is-active; then
  # By itself it would do so within 30 seconds: a person may log in with a new password at once.
  quiet systemctl kill --signal=HUP --kill-whom=main chasquid.service
  say "chasquid runs with all of this already, and reads its users again"
else
  say "starting chasquid"
  quiet systemctl daemon-reload
  systemctl reset-failed "${units[@]}" 2>/dev/null || true
  # A socket cannot be opened for a service that runs already.
  all_units is-active || quiet systemctl stop chasquid.service || true
  quiet systemctl restart chasquid.service || true
fi

answers() { timeout 2 bash -c "exec 3<>/dev/tcp/127.0.0.1/$1" 2>/dev/null; }
# shellcheck disable=SC2016  # the inner shell expands it
greets() { timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/25; read -r line <&3; [[ $line == 220* ]]' 2>/dev/null; }
read -ra ports <<<"$(setting ports)"
for try in $(seq 50); do
  # Sockets that outlived their package (removed and installed anew) hand over nothing.
  if [ "$try" = 15 ] && [ "$(systemctl is-active chasquid.service)" != active ]; then
    systemctl stop "${units[@]}" || true
    quiet systemctl start chasquid.service || true
  fi
  open=0
  for port in "${ports[@]}"; do if answers "$port"; then open=$((open + 1)); fi; done
  # With systemd's sockets the ports answer before the server does: it must be up as well.
  if [ "$open" = "${#ports[@]}" ] && [ "$(systemctl is-active chasquid.service)" = active ] && greets; then
    say "chasquid answers on ${ports[*]}"
    exit 0
  fi
  sleep 0.2
done
journalctl -u chasquid.service -n 15 --no-pager -o cat
fail "chasquid did not come up within 10 s" "its last lines stand above; systemctl status chasquid"
