#!/bin/sh
# Runs a command in the image as an ordinary user without a network; whatever it writes outside of
# PROJECT and CACHE is gone when it ends.
# Usage: run.sh LOWER SCRATCH PROJECT CACHE COMMAND…, in a mount namespace of its own.
set -eu
lower=$1 scratch=$2 project=$3 cache=$4
shift 4

mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
mount -t overlay overlay \
  -o "lowerdir=$lower,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
mkdir -p /run/systemd/nspawn
mount -t tmpfs -o mode=755 tmpfs /run/systemd/nspawn

home=/home/developer
exec systemd-nspawn --quiet --directory="$scratch/root" --register=no --keep-unit --as-pid2 \
  --private-network --resolv-conf=off --timezone=off --link-journal=no --console=pipe \
  --user=developer --bind="$project:$home/tapal" --bind="$cache:$home/cache" \
  --chdir="$home/tapal" --setenv=MYPY_CACHE_DIR="$home/cache/mypy" -- "$@"
