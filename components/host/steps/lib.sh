# shellcheck shell=bash
# What every step begins with: strict mode, and words for a person.
set -euo pipefail

# A step's data is its standard input: NAME=value lines, or a list.
data=$(cat)

# say MESSAGE: progress, shown by `pulumi up` as it comes.
say() { printf '%s\n' "$*"; }

# fail REASON CURE: ends the step; the runner shows both.
fail() {
  printf 'failed: %s\n' "$1"
  printf 'cure: %s\n' "$2"
  exit 1
}

# quiet COMMAND…: its output goes to the log alone, and is shown when it fails.
quiet() { "$@" > >(sed 's/^/debug: /') 2>&1 < /dev/null; }

# write_file PATH MODE: writes standard input there whole, and only if it differs.
write_file() {
  local new
  new=$(mktemp "$(dirname "$1")/.tapal.XXXXXXXX")
  cat >"$new"
  chmod "$2" "$new"
  if cmp -s "$new" "$1" && [ "$(stat -c %a "$1")" = "$2" ]; then
    rm -f "$new"
  else
    sync "$new"
    mv -fT "$new" "$1"
  fi
}

# setting NAME: the value of "NAME=value" in the step's data, empty if it is not there.
setting() { sed -n "s/^$1=//p" <<<"$data" | head -n 1; }

# apt_get ARGUMENTS…: waits for whoever holds the lock, asks nothing, and logs without bars.
apt_get() {
  apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
    -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@"
}
