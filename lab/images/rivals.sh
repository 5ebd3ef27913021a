#!/usr/bin/env bash
# Makes the layer that `make bench` measures chasquid against: what is laid over the world is what
# else a Postfix that signs consists of.
# Usage: rivals.sh LAYER BELOW APT, as world.sh
set -euo pipefail
layer=$1 below=$2 apt=$3

packages=(dovecot-core opendkim)

work=$layer.work root=$layer.root
mkdir -p "$layer" "$work" "$root"
mount -t overlay overlay -o "lowerdir=$below,upperdir=$layer,workdir=$work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount --bind /dev "$root/dev"
mount --bind /etc/hosts "$root/etc/hosts"
cp --dereference /etc/resolv.conf "$root/run/resolv.conf"
ln -sfn ../run/resolv.conf "$root/etc/resolv.conf"

printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
cp -r "$apt"/. "$root/etc/apt/"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
chroot "$root" apt-get -q update
chroot "$root" apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io \
  "${packages[@]}"
(cd "$apt" && find . -type f) | while read -r file; do rm -f "$root/etc/apt/$file"; done
rm -f "$root/usr/sbin/policy-rc.d" "$root/etc/resolv.conf"
chroot "$root" apt-get clean
rm -rf "$root"/var/lib/apt/lists/*

umount "$root/etc/hosts" "$root/dev" "$root/run" "$root/proc" "$root"
rm -rf "$work" "$root"
