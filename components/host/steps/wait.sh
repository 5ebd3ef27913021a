#!/bin/bash
# Waits until the VPS has finished its first boot: cloud-init still writes files and holds dpkg's
# lock for a while after sshd answers.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

limit=300

if command -v cloud-init >/dev/null; then
  say "waiting for cloud-init"
  quiet timeout "$limit" cloud-init status --wait || true
fi

say "waiting for the boot to finish"
# "degraded" (some unit failed) is a finished boot too; only "starting" is not.
state=$(timeout "$limit" systemctl is-system-running --wait || true)
case $state in
running | degraded) ;;
*) fail "the system is still \"$state\" after $limit s" \
  "see what it waits for: systemctl list-jobs; then run \`pulumi up\` again" ;;
esac

# Without psmisc, which a small image lacks: who has dpkg's lock open. `find` fails whenever a process
# ends while it looks, so that what it prints counts and not how it ends.
for _ in $(seq "$limit"); do
  [ -n "$(find /proc/[0-9]*/fd -lname /var/lib/dpkg/lock-frontend 2>/dev/null || true)" ] || break
  sleep 1
done
say "the system is $state"

# What apt and the journal keep can be had again.
free() { df --output=avail -k / | tail -n 1; }
if (($(free) < 204800)); then
  say "little room on the disk: $(($(free) / 1024)) MB; removing what apt and the journal keep"
  quiet apt-get clean || true
  quiet journalctl --vacuum-size=50M || true
  (($(free) >= 204800)) ||
    say "warning: only $(($(free) / 1024)) MB are free; see what is large: du -xm / | sort -n | tail"
fi

# Signatures and certificates are judged by the time. Where the host may not set it, its provider does.
quiet timedatectl set-ntp true || true
quiet systemctl try-restart systemd-timesyncd.service chrony.service ntpsec.service || true
