#!/bin/bash
# Installs packages, and chasquid with them: here and in one go, so that before anything is published
# for this host it is known that chasquid can be installed on it. Data: minimum=, mirror= (see
# debian-testing.sh), and a package a line. They stay on destroy, but for chasquid: by then other
# things may rely on them.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh
# shellcheck source=components/host/steps/debian-testing.sh
. /usr/local/lib/tapal/steps/debian-testing.sh

if [ "$1" = delete ]; then
  # For where chasquid-install, whose work this is, never ran. Without the pin, which goes next, all of
  # testing would be on offer.
  [ -z "$(installed_chasquid)" ] || quiet apt_get remove chasquid
  rm -f "$testing_source"
  exit 0
fi

is_installed() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }
missing=()
while read -r package; do
  [ -z "$package" ] || is_installed "$package" || missing+=("$package")
done < <(grep -v = <<<"$data" || true)
is_enough "$(installed_chasquid)" || missing+=(chasquid)

write_testing_source
finish_dpkg
if ((${#missing[@]} == 0)); then
  say "all packages are there"
  exit 0
fi

say "fetching the lists of packages"
quiet apt_get update ||
  fail "apt-get update failed" "is the package mirror reachable from the host? see the lines above; tapal:host.aptMirror names another, and tapal:server.debianMirror that of Debian testing"
offered=$(offered_chasquid)
is_enough "$(installed_chasquid)" || is_enough "$offered" ||
  fail "$(debian_mirror) offers ${offered:+chasquid }${offered:-no chasquid}, and $(setting minimum) is needed" \
    "older versions have known holes; set tapal:server.debianMirror to a current mirror"
say "installing ${missing[*]}"
install_packages "${missing[@]}"
say "installed ${#missing[@]} packages"
