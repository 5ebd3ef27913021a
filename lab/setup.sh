#!/usr/bin/env bash
# Installs what the lab and the tests need on a Debian machine: packages, and the Python
# environment, kept outside the repository under a name made of the requirements' hash, so that
# every clone on a machine shares one and a second run has nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."

cache=${TAPAL_CACHE:-/var/cache/tapal}
packages=(bind9-dnsutils ca-certificates debootstrap gcc iproute2 nftables openssh-client
  openssh-server openssl perl-base python3 python3-venv qemu-user shellcheck systemd-container)
# The gate's hook is built for both kinds of machines.
case $(dpkg --print-architecture) in
amd64) packages+=(gcc-aarch64-linux-gnu) ;;
arm64) packages+=(gcc-x86-64-linux-gnu) ;;
esac

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
    missing+=("$package")
done
if ((${#missing[@]})); then
  echo "· installing ${missing[*]}" >&2
  export DEBIAN_FRONTEND=noninteractive
  # policy-rc.d: openssh-server and friends are wanted as programs, not as services of this machine.
  guard=
  if [[ ! -e /usr/sbin/policy-rc.d ]]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    guard=yes
  fi
  apt-get -qq update
  apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
  [[ -z $guard ]] || rm -f /usr/sbin/policy-rc.d
fi

hash=$(cat requirements.txt requirements-dev.txt | sha256sum | cut -c1-12)
venv=$cache/venv-$hash
if [[ ! -e $venv/.complete ]]; then
  echo "· installing the Python packages of requirements-dev.txt into $venv" >&2
  mkdir -p "$cache"
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --use-pep517 \
    -r requirements-dev.txt
  touch "$venv/.complete"
fi
# A folder is what `make new` made there, for the program alone: a link would be put into it.
[[ -L venv ]] || rm -rf venv
ln -sfn "$venv" venv
