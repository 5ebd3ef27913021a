#!/bin/bash
# Loads the firewall, and takes it back by itself after 90 s unless the next step, which comes by
# a new SSH connection, confirms that it still gets in. Nobody is locked out by a wrong port.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

rules=/etc/tapal/firewall.nft
rollback=tapal-firewall-rollback
here=/etc/tapal/firewall.d

if [ "$1" = delete ]; then
  quiet systemctl disable --now tapal-firewall.service || true
  nft delete table inet tapal 2>/dev/null || true
  rm -rf "$here"
  say "firewall removed"
  exit 0
fi

# apt_ports: by which this host's apt reaches its archives, or its proxy, where they are not the
# usual ones. A provider's mirror or a proxy that worked goes on to work.
apt_ports() {
  {
    # shellcheck disable=SC2016  # apt-get fills in the name, not the shell
    apt-get indextargets --format '$(SITE)' || true
    apt-config dump Acquire | sed -nE 's/^Acquire::https?::Proxy[^ ]* "(.*)";$/\1/p'
  } 2>/dev/null | sed -nE 's#^[a-z+]+://[^/]*:([0-9]{1,5})(/.*)?$#\1#p' | sort -un
}

mkdir -p "$here"
apt_ports | sed 's/.*/add element inet tapal apt { & }/' | write_file "$here/apt.nft" 644
quiet nft -c -f "$rules" || fail "the firewall's rules do not load" "see the lines above"
quiet systemctl daemon-reload
systemctl stop "$rollback.timer" 2>/dev/null || true
quiet systemd-run --unit="$rollback" --on-active=90 --timer-property=AccuracySec=1s \
  /usr/sbin/nft delete table inet tapal
quiet systemctl enable tapal-firewall.service
quiet systemctl restart tapal-firewall.service
say "firewall loaded; it stays only if the next connection gets in"
