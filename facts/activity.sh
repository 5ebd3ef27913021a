#!/bin/bash
# What a mail server does: its queue, what its log told last, its timers and memory. Sent before
# facts/snapshot.sh, in one script with it, whose function `tell` it uses as soon as that is there.
#
# Argument: how many lines of the mail log are wanted.
seconds() {
  local said
  said=$(TZ=UTC systemctl show --property="$2" --value "$1" 2>/dev/null)
  [ -z "$said" ] || date -d "$said" +%s 2>/dev/null
}
activity() {
  local file lines=${1:-2000}
  tell system "$(uptime -s 2>/dev/null)" "$(cut -d ' ' -f 1 /proc/loadavg 2>/dev/null)"
  sed -nE 's/^(MemTotal|MemAvailable): +([0-9]+) kB/memory\t\1\t\2/p' /proc/meminfo 2>/dev/null
  df --output=size,avail,target -k / 2>/dev/null | awk 'NR == 2 { print "space\t" $1 "\t" $2 "\t" $3 }'
  # Seconds since 1970; empty for what has not come yet, or never will. UTC, since `date` does not
  # know every name of a zone that systemd writes.
  tell renewal "$(seconds certbot.timer NextElapseUSecRealtime)" "$(seconds certbot.timer LastTriggerUSec)"
  tell service "$(seconds chasquid.service ActiveEnterTimestamp)" \
    "$(systemctl show --property=NRestarts --value chasquid.service 2>/dev/null)"
  # Everything of a waiting mail but the mail.
  for file in /var/lib/chasquid/queue/m:*; do
    tell waiting "${file##*/}"
    grep -v '^data:' "$file" 2>/dev/null | tr '\t' ' ' | sed 's/^/item\t/'
  done
  journalctl --unit=chasquid.service --lines="$lines" --output=short-unix --quiet --no-pager 2>/dev/null |
    grep -E 'chasquid\[[0-9]+\]: ([0-9]{4}-|_ .* queued DSN: )' | tr '\t' ' ' | sed 's/^/log\t/'
}
