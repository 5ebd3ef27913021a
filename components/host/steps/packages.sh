#!/bin/bash
# Installs the packages named on stdin, one a line. They stay on destroy: by then
# other things may rely on them.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh
[ "$1" = apply ] || exit 0

missing=()
while read -r package; do
  [ -n "$package" ] || continue
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done <<<"$data"
if ((${#missing[@]} == 0)); then
  say "all packages are there"
  exit 0
fi
finish_dpkg
say "installing ${missing[*]}"
quiet apt_get update ||
  fail "apt-get update failed" "is the package mirror reachable from the host? tapal:host.aptMirror names another"
quiet apt_get install "${missing[@]}" ||
  fail "apt-get could not install ${missing[*]}" "see the lines above; \`apt-get -f install\` on the host mends a broken state"
say "installed ${#missing[@]} packages"
