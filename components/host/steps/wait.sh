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

# Without psmisc, which a small image lacks: who has dpkg's lock open.
for _ in $(seq "$limit"); do
  find /proc/[0-9]*/fd -lname /var/lib/dpkg/lock-frontend 2>/dev/null | grep -q . || break
  sleep 1
done
say "the system is $state"
