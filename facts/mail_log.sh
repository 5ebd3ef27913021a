#!/bin/bash
# The lines of the mail log that tell the story of the mails from or to one address, in their order.
#
# Arguments: the address, and since when, as journalctl takes it.
set -u
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
address=$1
since=$2

# lines: all that tells of mail, and of the bounce that another one led to.
lines() {
  journalctl --unit=chasquid.service --since="$since" --output=short-unix --quiet --no-pager |
    grep -E 'chasquid\[[0-9]+\]: ([0-9]{4}-|_ .* queued DSN: )'
}

# A mail's own lines do not all have the address, so that the ids are found out first.
found=$(lines | grep -iF -- "$address")
ids=$(sed -nE 's/.*: [0-9]{4}-[0-9-]+ [0-9:.]+ ([A-Za-z0-9_-]{8,16}) from=.*/\1/p' <<<"$found" | sort -u)
peers=$(sed -nE 's/.* queued ip=([^ ]+:[0-9]+) to=.*/\1 auth /p' <<<"$found" | sort -u)
[ -n "$found" ] || exit 0
{
  printf '%s\n' "$found"
  lines | grep -F -f <(printf '%s\n' "$ids" "$peers" | grep .)
} | sort -su -k 1,1n -k 4
