#!/usr/bin/env bash
# Makes the tree of a Debian VPS as a provider's image has it: what Debian's own cloud image
# carries, without cloud-init (lab/vps/first_boot.py stands for it), kernel and boot loader.
# Usage: base.sh TARGET MIRROR SUITE (http_proxy and https_proxy as debootstrap's wget reads them)
set -euo pipefail
target=$1 mirror=$2 suite=$3

packages=(
  ca-certificates dbus gpgv iproute2 iputils-ping less locales nano netbase netplan.io nftables
  openssh-server procps python3-minimal systemd systemd-resolved systemd-sysv udev wget)
mkdir -p "$target"
debootstrap --variant=minbase --include="$(IFS=, && echo "${packages[*]}")" \
  "$suite" "$target" "$mirror"

echo 'en_US.UTF-8 UTF-8' >"$target/etc/locale.gen"
chroot "$target" locale-gen
echo 'LANG=C.UTF-8' >"$target/etc/default/locale"
chroot "$target" systemctl enable --quiet ssh.service systemd-networkd.service systemd-resolved.service
# Written for each VPS: its own keys and identity, and the apt sources of the machine it runs on.
rm -f "$target"/etc/ssh/ssh_host_* "$target"/etc/apt/sources.list "$target"/etc/hostname
: >"$target/etc/machine-id"
ln -sfn ../run/systemd/resolve/stub-resolv.conf "$target/etc/resolv.conf"
rm -rf "$target"/var/cache/apt/*.bin "$target"/var/cache/apt/archives/*.deb \
  "$target"/var/lib/apt/lists/* "$target"/var/log/bootstrap.log
