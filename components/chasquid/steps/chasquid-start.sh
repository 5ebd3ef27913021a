#!/bin/bash
# Starts chasquid, or restarts it after a change that it reads only at start, and waits until it
# answers. What it will read is checked first: with a broken file the running one goes on.
# Data: name= (the host), ports= (space-separated).
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

units=(chasquid.service chasquid-smtp.socket chasquid-submission.socket chasquid-submission_tls.socket)

lineage=/etc/letsencrypt/live/$(setting name)
/etc/letsencrypt/renewal-hooks/deploy/tapal "$lineage"

quiet chasquid-util -C=/etc/chasquid print-config ||
  fail "chasquid cannot read its configuration" "see the lines above; the running server was left as it is"
for users in /etc/chasquid/domains/*/users; do
  [ -e "$users" ] || continue
  quiet chasquid-util -C=/etc/chasquid check-userdb "$(basename "$(dirname "$users")")" ||
    fail "chasquid cannot read $users" "see the lines above; the running server was left as it is"
done

# is_fresh: whether it runs, and was started after all that it reads only at start was written.
# Whole seconds: in doubt it is restarted. So several domains that come at once cost one restart.
is_fresh() {
  [ "$(systemctl is-active chasquid.service)" = active ] || return 1
  local since newest
  since=$(date -d "$(systemctl show -P ActiveEnterTimestamp chasquid.service)" +%s)
  newest=$(find /etc/chasquid/chasquid.conf /etc/chasquid/certs /etc/systemd/system/chasquid.service.d \
    /etc/chasquid/domains -type f ! -name aliases -printf '%Ts\n' | sort -n | tail -n 1)
  [ "$newest" -lt "$since" ]
}

if is_fresh; then
  say "chasquid runs with all of this already"
else
  say "starting chasquid"
  quiet systemctl daemon-reload
  systemctl reset-failed "${units[@]}" 2>/dev/null || true
  quiet systemctl enable "${units[@]}"
  quiet systemctl restart chasquid.service || true
fi

answers() { timeout 2 bash -c "exec 3<>/dev/tcp/127.0.0.1/$1" 2>/dev/null; }
# shellcheck disable=SC2016  # the inner shell expands it
greets() { timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/25; read -r line <&3; [[ $line == 220* ]]' 2>/dev/null; }
read -ra ports <<<"$(setting ports)"
for _ in $(seq 50); do
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
