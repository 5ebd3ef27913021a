#!/usr/bin/env bash
# Makes the layer that turns the lab's base tree into a developer's Debian 13: git, make, and a
# virtual environment of Debian's own Python.
# Usage: image.sh LAYER BASE APT WHEELS VENV, in a mount namespace of its own (its mounts end with
# it). APT is a folder of files for /etc/apt that must not stay in the layer; WHEELS holds packages,
# and in packages.txt their names; VENV is where they are installed.
set -euo pipefail
layer=$1 base=$2 apt=$3 wheels=$4 venv=$5

work=$layer.work root=$layer.root
mkdir -p "$layer" "$work" "$root"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$layer,workdir=$work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount --bind /dev "$root/dev"
mount --bind /etc/hosts "$root/etc/hosts"
mkdir -p "$root/run/systemd/resolve"
cp --dereference /etc/resolv.conf "$root/run/systemd/resolve/stub-resolv.conf"

cp -r "$apt"/. "$root/etc/apt/"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
chroot "$root" apt-get -q update
chroot "$root" apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io \
  git make python3-venv
(cd "$apt" && find . -type f) | while read -r file; do rm -f "$root/etc/apt/$file"; done
chroot "$root" apt-get clean
rm -rf "$root"/var/lib/apt/lists/*
chroot "$root" useradd --create-home --uid 1000 developer

mkdir "$root/run/wheels"
mount --bind "$wheels" "$root/run/wheels"
chroot "$root" python3 -m venv "$venv"
chroot "$root" "$venv/bin/pip" --isolated install --quiet --no-index --no-deps \
  --find-links /run/wheels --requirement /run/wheels/packages.txt
chroot "$root" "$venv/bin/pip" --isolated check

# Everything was mounted over the layer; leave it before its files are looked at.
umount "$root/run/wheels" "$root/etc/hosts" "$root/dev" "$root/run" "$root/proc" "$root"
rm -rf "$work" "$root"
