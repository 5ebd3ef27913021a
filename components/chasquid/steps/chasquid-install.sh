#!/bin/bash
# Installs chasquid from Debian's testing suite, and nothing else from there (the pin is a file of
# its own). Data: minimum= (version), mirror= (a Debian mirror, or empty: the host's own).
#
# It is not started yet: without a domain and a certificate it would only fail.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

sources=/etc/apt/sources.list.d/tapal-testing.sources
minimum=$(setting minimum)

finish_dpkg
if [ "$1" = delete ]; then
  # `remove`, not `purge`: the queue in /var/lib/chasquid may hold mail.
  quiet apt_get remove chasquid
  rm -f "$sources"
  say "chasquid removed; its queue stays in /var/lib/chasquid"
  exit 0
fi

# A removed package still has a version, as long as its configuration is there.
installed() {
  dpkg-query -W -f='${db:Status-Status} ${Version}\n' chasquid 2>/dev/null | sed -n 's/^installed //p'
}
is_enough() { [ -n "$(installed)" ] && dpkg --compare-versions "$(installed)" ge "$minimum"; }

mirror=$(setting mirror)
if [ -z "$mirror" ]; then
  # shellcheck disable=SC2016  # apt-get fills in these names, not the shell
  mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 == "Debian" {print $3; exit}')
fi
[ -n "$mirror" ] || fail "the host's apt sources name no Debian mirror" \
  "set tapal:server.debianMirror (on Ubuntu it must be given), for example to a mirror near the host"

write_file "$sources" 644 <<EOF
# Written by tapal: chasquid alone comes from here, see /etc/apt/preferences.d/tapal.
Types: deb
URIs: $mirror
Suites: testing
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
EOF

if is_enough; then
  say "chasquid $(installed) is there"
  exit 0
fi

# A policy-rc.d that says no keeps the package from starting its services. Somebody else's stays; one
# of ours was left by a step that was cut off.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ] || grep -qs 'written by tapal' "$policy"; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\n# written by tapal while it installs chasquid\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi
say "installing chasquid from Debian testing"
# Only this source's list is fetched; the others' are as fresh as `packages` left them.
quiet apt_get -o Dir::Etc::SourceList="$sources" -o Dir::Etc::SourceParts=- \
  -o APT::Get::List-Cleanup=0 update ||
  fail "the list of Debian testing could not be fetched from $mirror" \
    "is the mirror reachable from the host? tapal:server.debianMirror names another"
quiet apt_get install chasquid ||
  fail "apt-get could not install chasquid" "see the lines above; \`apt-get -f install\` on the host mends a broken state"
is_enough || fail "the mirror offers chasquid $(installed), older than $minimum" \
  "older versions have known holes; set tapal:server.debianMirror to a current mirror"
say "chasquid $(installed) installed"
