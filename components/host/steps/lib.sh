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

# quiet COMMAND…: its output goes to the log alone, and is shown when it fails. In a pipeline, so that
# its last lines are there before whatever comes next.
quiet() { "$@" </dev/null 2>&1 | sed -u 's/^/debug: /'; }

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

# apt_get ARGUMENTS…: waits for whoever holds the lock, asks nothing, and logs without bars. A list
# that cannot be fetched is an error: by itself apt-get only warns, and finds no package later.
apt_get() {
  apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
    -o APT::Update::Error-Mode=any \
    -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@"
}

# finish_dpkg: ends an installation that a power cut or a kill has left half-way. Until that is done
# apt-get does nothing but say so.
finish_dpkg() {
  [ -n "$(ls -A /var/lib/dpkg/updates)" ] || [ -n "$(dpkg --audit)" ] || return 0
  say "finishing an installation that was interrupted"
  quiet dpkg --force-confold --configure -a || true # what it cannot do, the next line may
  quiet apt_get -f install ||
    fail "an installation that was interrupted cannot be finished" \
      "the lines above say why; on the host: dpkg --configure -a, and apt-get -f install"
}

# install_certificate NAME: what the deploy hook does after a renewal. A command of the stack that
# fails there is said, and keeps nothing from going on: the certificate is in its place.
install_certificate() {
  local status=0
  /etc/letsencrypt/renewal-hooks/deploy/tapal "/etc/letsencrypt/live/$1" || status=$?
  case $status in
  0) ;;
  3) say "warning: a command of tapal:acme.reload failed, see above; the certificate is installed" ;;
  *) fail "the certificate of $1 could not be installed for chasquid" "see the lines above" ;;
  esac
}
