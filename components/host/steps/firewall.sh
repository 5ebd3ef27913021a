#!/bin/bash
# Loads the firewall, which takes itself back after 90 s unless a new SSH connection confirms that it
# still gets in. Nobody is locked out by a wrong port: what comes back is the firewall before, or none
# if there was none, and only confirmed rules are loaded at boot. Data: ports=, which come in.
#
# Wherever it was cut off, it can be run again: `apply` begins anew, `confirm` fails if the rules that
# `apply` has loaded are no longer there.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh
# shellcheck source=components/host/steps/other-firewalls.sh
. /usr/local/lib/tapal/steps/other-firewalls.sh

rules=/etc/tapal/firewall.nft
here=/etc/tapal/firewall.d
state=/var/lib/tapal/firewall
confirmed=$state/confirmed.nft
elsewhere=$state/elsewhere
rollback=tapal-firewall-rollback
unit=tapal-firewall.service

# in_kernel: by what the rules in the kernel are known, without what their sets have taken up since;
# as facts/snapshot.sh has it.
in_kernel() {
  nft list table inet tapal 2>/dev/null | tr -s '[:space:]' ' ' | sed -E 's/elements = \{[^}]*\} ?//g' | sha256sum | cut -c1-64
}

# apt_ports: by which this host's apt reaches its archives, or its proxy, where they are not the
# usual ones. A provider's mirror or a proxy that worked goes on to work.
apt_ports() {
  {
    # shellcheck disable=SC2016  # apt-get fills in the name, not the shell
    apt-get indextargets --format '$(SITE)' || true
    apt-config dump Acquire | sed -nE 's/^Acquire::https?::Proxy[^ ]* "(.*)";$/\1/p'
  } 2>/dev/null | sed -nE 's#^[a-z+]+://[^/]*:([0-9]{1,5})(/.*)?$#\1#p' | sort -un
}

stop_timer() { systemctl stop "$rollback.timer" 2>/dev/null || true; }

case $1 in
delete)
  stop_timer
  close_elsewhere "$elsewhere"
  quiet systemctl disable --now "$unit" || true
  nft delete table inet tapal 2>/dev/null || true
  rm -rf -- "$here" "$state"
  rmdir --ignore-fail-on-non-empty /var/lib/tapal 2>/dev/null || true
  say "firewall removed"
  ;;
rollback) # by the timer
  if [ -e "$confirmed" ]; then nft -f "$confirmed"; else nft delete table inet tapal; fi
  ;;
apply)
  install -d -m 0755 -- "$here"
  install -d -m 0700 -- /var/lib/tapal "$state"
  apt_ports | sed 's/.*/add element inet tapal apt { & }/' | write_file "$here/apt.nft" 644
  quiet nft -c -f "$rules" || fail "the firewall's rules do not load" "see the lines above"
  stop_timer
  systemctl reset-failed "$rollback.service" 2>/dev/null || true
  quiet systemd-run --unit="$rollback" --on-active=90 --timer-property=AccuracySec=1s --collect \
    /bin/bash /usr/local/lib/tapal/steps/firewall.sh rollback
  quiet nft -f "$rules"
  in_kernel | write_file "$state/loaded" 600
  open_elsewhere "$elsewhere"
  while read -r table; do
    say "table $table filters what comes in, too. If a preview says that it closes a port of ours: nft delete table $table, or let the port in there"
  done < <(foreign_tables)
  say "firewall loaded; it stays only if a new connection gets in"
  ;;
confirm)
  [ "$(in_kernel)" = "$(cat "$state/loaded" 2>/dev/null)" ] ||
    fail "the firewall was taken back before it was confirmed" \
      "the host was slow or unreachable for 90 s; run \`pulumi up\` again"
  write_file "$confirmed" 600 <"$rules" # what a rollback that fires now would load, too
  stop_timer
  quiet systemctl daemon-reload
  quiet systemctl enable "$unit"
  systemctl is-active --quiet "$unit" || quiet systemctl start "$unit"
  say "firewall confirmed"
  ;;
esac
