#!/bin/bash
# This step came by a new SSH connection, so the firewall lets SSH through and may stay.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

[ "$1" = apply ] || exit 0
systemctl stop tapal-firewall-rollback.timer 2>/dev/null || true
nft list table inet tapal >/dev/null 2>&1 ||
  fail "the firewall was taken back before it was confirmed" \
    "the host was slow or unreachable for 90 s; run \`pulumi up\` again"
say "firewall confirmed"
