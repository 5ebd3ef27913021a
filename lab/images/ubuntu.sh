#!/usr/bin/env bash
# Makes the layer that turns Debian 12 into what tapal takes for an Ubuntu 22.04: names, users, ufw,
# cloud-init's command, and package sources of Ubuntu's own. Programs stay Debian's, since no archive
# of Ubuntu's is at hand. Those that the base lacks come from /srv/ubuntu, an archive whose origin is
# Ubuntu, signed by a key of its own; of Debian's keys none is left.
# Usage: ubuntu.sh LAYER BELOW APT FILES, in a mount namespace of its own (its mounts end with it).
# APT is a folder of files for /etc/apt that are the machine's own and must not stay in the layer;
# FILES holds what makes it an Ubuntu.
set -euo pipefail
layer=$1 below=$2 apt=$3 files=$4

# What Ubuntu's server image has besides, and what its archive must offer.
image=(python3 sudo ufw)
archive=(certbot htop locales nftables unattended-upgrades)

# over UPPER ROOT: mounts an overlay over the base, ready to be worked in.
over() {
  mkdir -p "$1" "$1.work" "$2"
  mount -t overlay overlay -o "lowerdir=$below,upperdir=$1,workdir=$1.work" "$2"
  mount -t proc proc "$2/proc"
  mount -t tmpfs tmpfs "$2/run"
  mount --bind /dev "$2/dev"
  mount --bind /etc/hosts "$2/etc/hosts"
  mkdir -p "$2/run/systemd/resolve"
  cp --dereference /etc/resolv.conf "$2/run/systemd/resolve/stub-resolv.conf"
  printf '#!/bin/sh\nexit 101\n' >"$2/usr/sbin/policy-rc.d"
  chmod 755 "$2/usr/sbin/policy-rc.d"
  cp -r "$apt"/. "$2/etc/apt/"
  chroot "$2" apt-get -q update
}
leave() { umount "$1/etc/hosts" "$1/dev" "$1/run" "$1/proc" "$1"; }
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
install=(apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io)

root=$layer.root
over "$layer" "$root"
chroot "$root" "${install[@]}" "${image[@]}"
chroot "$root" apt-get -q purge -y nftables
chroot "$root" apt-get clean
below=$layer:$below

# The archive and its key are made in another overlay, which is thrown away.
shop=$layer.shop shop_root=$layer.shop-root
leave "$root"
over "$shop" "$shop_root"
chroot "$shop_root" apt-get -q install -y --no-install-recommends --download-only "${archive[@]}"
mkdir -p "$shop_root/srv/ubuntu/pool"
mv "$shop_root"/var/cache/apt/archives/*.deb "$shop_root/srv/ubuntu/pool/"
chroot "$shop_root" "${install[@]}" apt-utils gnupg
# shellcheck disable=SC2016  # the inner shell expands it
chroot "$shop_root" bash -euc '
  cd /srv/ubuntu
  dists=dists/jammy main=dists/jammy/main/binary-$(dpkg --print-architecture)
  mkdir -p "$main"
  apt-ftparchive packages pool >"$main/Packages"
  apt-ftparchive -o APT::FTPArchive::Release::Origin=Ubuntu -o APT::FTPArchive::Release::Label=Ubuntu \
    -o APT::FTPArchive::Release::Suite=jammy -o APT::FTPArchive::Release::Codename=jammy \
    -o APT::FTPArchive::Release::Components=main \
    -o APT::FTPArchive::Release::Architectures="$(dpkg --print-architecture)" release "$dists" >/tmp/Release
  mv /tmp/Release "$dists/Release"
  export GNUPGHOME=/tmp/gnupg
  mkdir -m 700 "$GNUPGHOME"
  gpg --batch --passphrase "" --quick-generate-key "Ubuntu of the lab" rsa3072 sign never
  gpg --batch --clearsign --output "$dists/InRelease" "$dists/Release"
  gpg --export >/srv/ubuntu-keyring.gpg
  gpgconf --kill all
  keyring=/tmp/ubuntu-keyring
  mkdir -p "$keyring/DEBIAN" "$keyring/usr/share/keyrings" "$keyring/etc/apt/trusted.gpg.d"
  printf "%s\n" "Package: ubuntu-keyring" "Version: 2021.03.26" "Architecture: all" \
    "Maintainer: the lab <root@localhost>" "Conflicts: debian-archive-keyring" \
    "Provides: debian-archive-keyring" "Description: keys of the Ubuntu archive" >"$keyring/DEBIAN/control"
  cp /srv/ubuntu-keyring.gpg "$keyring/usr/share/keyrings/ubuntu-archive-keyring.gpg"
  cp /srv/ubuntu-keyring.gpg "$keyring/etc/apt/trusted.gpg.d/ubuntu-keyring-2018-archive.gpg"
  dpkg-deb --build "$keyring" /srv/ubuntu-keyring.deb'
made=$layer.made
mv "$shop/srv" "$made"
leave "$shop_root"
rm -rf "$shop" "$shop.work" "$shop_root"

below=${below#*:}
mount -t overlay overlay -o "lowerdir=$below,upperdir=$layer,workdir=$layer.work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount --bind /dev "$root/dev"
mkdir -p "$root/srv"
cp -r "$made/ubuntu" "$root/srv/"
cp "$made/ubuntu-keyring.deb" "$root/run/"
chroot "$root" dpkg --purge --force-depends debian-archive-keyring
chroot "$root" dpkg --install /run/ubuntu-keyring.deb
rm -rf "$made"
(cd "$apt" && find . -type f) | while read -r file; do rm -f "$root/etc/apt/$file"; done
rm -f "$root/usr/sbin/policy-rc.d"
rm -rf "$root"/var/lib/apt/lists/*

cp "$files/os-release" "$root/usr/lib/os-release"
cp "$files/lsb-release" "$root/etc/lsb-release"
cp "$files/sources.list" "$root/etc/apt/sources.list"
printf '%s\n' 'Ubuntu 22.04.5 LTS \n \l' >"$root/etc/issue"
echo 'bookworm/sid' >"$root/etc/debian_version"
ln -sfn ubuntu "$root/etc/dpkg/origins/default"
printf 'Vendor: Ubuntu\nVendor-URL: https://www.ubuntu.com/\nBugs: https://bugs.launchpad.net/ubuntu/+filebug\nParent: Debian\n' \
  >"$root/etc/dpkg/origins/ubuntu"
install -m 755 "$files/cloud-init" "$root/usr/bin/cloud-init"
mkdir -p "$root/etc/cloud/cloud.cfg.d"
chroot "$root" useradd --create-home --shell /bin/bash --groups sudo --uid 1000 ubuntu
install -m 440 "$files/90-cloud-init-users" "$root/etc/sudoers.d/90-cloud-init-users"
umount "$root/dev" "$root/run" "$root/proc" "$root"
rm -rf "$layer.work" "$root"
