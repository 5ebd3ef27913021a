#!/bin/bash
# Installs chasquid from Debian's testing suite, and nothing else from there (the pin is a file of
# its own). Data: minimum= (version), mirror= (a Debian mirror, or empty: the host's own).
#
# The service stays masked until it is configured: the package starts it at once, and it fails
# without a domain and a certificate.
# shellcheck source=components/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

sources=/etc/apt/sources.list.d/tapal-testing.sources
minimum=$(setting minimum)

if [ "$1" = delete ]; then
  # `remove`, not `purge`: the queue in /var/lib/chasquid may hold mail.
  quiet apt-get -o DPkg::Lock::Timeout=300 remove -y chasquid
  rm -f "$sources"
  say "chasquid removed; its queue stays in /var/lib/chasquid"
  exit 0
fi

installed() { dpkg-query -W -f='${Version}' chasquid 2>/dev/null || true; }
is_enough() { [ -n "$(installed)" ] && dpkg --compare-versions "$(installed)" ge "$minimum"; }

mirror=$(setting mirror)
if [ -z "$mirror" ]; then
  # shellcheck disable=SC2016  # apt-get fills in these names, not the shell
  mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 == "Debian" {print $3; exit}')
fi
[ -n "$mirror" ] || fail "the host's apt sources name no Debian mirror" \
  "set tapal:server.debianMirror (on Ubuntu it must be given), for example to a mirror near the host"

new=$(mktemp /etc/apt/sources.list.d/.tapal.XXXXXX)
cat >"$new" <<EOF
# Written by tapal: chasquid alone comes from here, see /etc/apt/preferences.d/tapal.
Types: deb
URIs: $mirror
Suites: testing
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
EOF
chmod 644 "$new"
mv -fT "$new" "$sources"

if is_enough; then
  say "chasquid $(installed) is there"
  exit 0
fi

[ -n "$(installed)" ] || quiet systemctl mask chasquid.service chasquid-smtp.socket chasquid-submission.socket chasquid-submission_tls.socket
trap 'quiet systemctl unmask chasquid.service chasquid-smtp.socket chasquid-submission.socket chasquid-submission_tls.socket' EXIT
say "installing chasquid from Debian testing"
quiet apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
  -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$sources" \
  -o APT::Get::List-Cleanup=0 update ||
  fail "the list of Debian testing could not be fetched from $mirror" \
    "is the mirror reachable from the host? tapal:server.debianMirror names another"
quiet apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 install -y --no-install-recommends chasquid ||
  fail "apt-get could not install chasquid" "see the lines above; \`apt-get -f install\` on the host mends a broken state"
is_enough || fail "the mirror offers chasquid $(installed), older than $minimum" \
  "older versions have known holes; set tapal:server.debianMirror to a current mirror"
say "chasquid $(installed) installed"
