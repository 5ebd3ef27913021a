#!/bin/sh
# Runs one container until it is switched off, in a mount namespace of its own, so that its overlay
# and nspawn's own files vanish with it. Usage: boot.sh MACHINE LOWER FOLDER CGROUPS NETNS
set -eu
machine=$1 lower=$2 folder=$3 cgroups=$4 netns=$5

mount -t tmpfs -o mode=755 tmpfs /run/systemd/nspawn
mount -t overlay overlay \
  -o "lowerdir=$lower,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
mkdir -p "$cgroups/$machine"

# UNIFIED_HIERARCHY: Debian 13's systemd wants cgroup v2 whatever this machine mounts.
# API_VFS_WRITABLE: with a network namespace given by path nspawn would keep /proc/sys/net read-only.
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network

status=133
while [ "$status" -eq 133 ]; do # nspawn's word for "the container wants to be rebooted"
  status=0
  # A control group of its own: two containers in one would mistake each other's services for
  # their own. And `cgroup.kill` ends this container and nothing else, even without its nspawn.
  # shellcheck disable=SC2016
  sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' sh "$cgroups/$machine" \
    systemd-nspawn --quiet --directory="$folder/root" --machine="$machine" --boot \
    --register=no --keep-unit --network-namespace-path="$netns" \
    --capability=CAP_NET_ADMIN,CAP_SYSLOG --resolv-conf=off --timezone=off --link-journal=no \
    --console=pipe || status=$?
done
exit "$status"
