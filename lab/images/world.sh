#!/usr/bin/env bash
# Makes the layer that turns the base tree into the world: name servers, ACME CA, receiver.
# Usage: world.sh LAYER BASE APT RSPAMD, in a mount namespace of its own (its mounts end with it).
# APT is a folder of files for /etc/apt that are the machine's own and must not stay in the layer;
# RSPAMD holds rspamd's settings as the world will have them.
set -euo pipefail
layer=$1 base=$2 apt=$3 rspamd=$4

packages=(bind9 bind9-dnsutils libnet-ssleay-perl openssl pebble postfix rspamd swaks unbound)

work=$layer.work root=$layer.root
mkdir -p "$layer" "$work" "$root"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$layer,workdir=$work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount --bind /dev "$root/dev"
mount --bind /etc/hosts "$root/etc/hosts"
mkdir -p "$root/run/systemd/resolve"
cp --dereference /etc/resolv.conf "$root/run/systemd/resolve/stub-resolv.conf"

# Services are started by the world's own units, once they have their configuration.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
cp -r "$apt"/. "$root/etc/apt/"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
echo 'postfix postfix/main_mailer_type select No configuration' | chroot "$root" debconf-set-selections
chroot "$root" apt-get -q update
chroot "$root" apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io \
  "${packages[@]}"
(cd "$apt" && find . -type f) | while read -r file; do rm -f "$root/etc/apt/$file"; done
rm -f "$root/usr/sbin/policy-rc.d"
chroot "$root" apt-get clean
rm -rf "$root"/var/lib/apt/lists/*

# rspamd compiles its patterns at its first start, which takes several seconds: have it done here,
# without a network (it would ask for updates).
cp "$rspamd"/*.conf "$rspamd"/*.inc "$root/etc/rspamd/local.d/"
# shellcheck disable=SC2016
unshare --net --pid --fork --kill-child chroot "$root" bash -c '
  ip link set lo up
  install -d -o _rspamd -g _rspamd /run/rspamd
  rspamd -f -u _rspamd -g _rspamd &
  for _ in $(seq 300); do
    sleep 0.2
    ! (exec 3<>/dev/tcp/127.0.0.1/11332) 2>/dev/null || break
  done
  sleep 3
  kill "$!"
  wait "$!" || :'
for file in "$rspamd"/*.conf "$rspamd"/*.inc; do
  rm "$root/etc/rspamd/local.d/${file##*/}"
done

chroot "$root" useradd --system --no-create-home vmail
chroot "$root" systemctl mask --quiet ssh.service systemd-networkd.service systemd-resolved.service \
  systemd-networkd.socket unbound-resolvconf.service
rm -f "$root/etc/resolv.conf"
# Everything was mounted over the layer; leave it before its files are looked at.
umount "$root/etc/hosts" "$root/dev" "$root/run" "$root/proc" "$root"
rm -rf "$work" "$root"
