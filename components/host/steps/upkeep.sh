#!/bin/bash
# Automatic security updates, what keeps them from restarting chasquid, and swap where memory is small. Data: upgrades= (yes or no), at= (an
# hour, or empty: the distribution's own), reboot= (yes or no), swap= (auto, off, or MB).
# On destroy all are taken back; the distribution's own settings for updates stay.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

# After 50unattended-upgrades, whose lists it adds to and whose settings it overrides.
settings=/etc/apt/apt.conf.d/52tapal-upgrades
timer=/etc/systemd/system/apt-daily-upgrade.timer.d/tapal.conf
swapfile=/var/lib/tapal/swap
unit=/etc/systemd/system/var-lib-tapal-swap.swap
at_boot=/etc/systemd/system/swap.target.wants/$(basename "$unit")
policy=/usr/sbin/policy-rc.d
meminfo=/proc/meminfo swaps=/proc/swaps
# How many MB of swap it was to be here, or why there is none: by what a preview sees another.
decided=/var/lib/tapal/swap.decided

write_settings() {
  write_file "$settings" 644 <<END
// Written by tapal: tapal:host.upgrades.
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
// Of Debian testing the pin lets nothing through but chasquid.
Unattended-Upgrade::Origins-Pattern { "origin=Debian,archive=testing,label=Debian"; };
Unattended-Upgrade::Automatic-Reboot "$1";
Unattended-Upgrade::Automatic-Reboot-Time "now";
END
}

# An hour that was missed is not made up for at the next boot: it would not be that hour.
write_timer() {
  mkdir -p "$(dirname "$timer")"
  write_file "$timer" 644 <<END
# Written by tapal: tapal:host.upgrades.at.
[Timer]
OnCalendar=
OnCalendar=*-*-* $1:00
RandomizedDelaySec=0
Persistent=false
END
}

# let_updates UPGRADES AT REBOOT: as the stack says, or as the distribution had it.
let_updates() {
  local before after
  before=$(cat "$timer" 2>/dev/null || true)
  if [ "$1" = yes ]; then
    if [ "$3" = yes ]; then write_settings true; else write_settings false; fi
  else
    rm -f "$settings"
  fi
  if [ "$1" = yes ] && [ -n "$2" ]; then
    write_timer "$2"
  else
    rm -f "$timer"
    rmdir --ignore-fail-on-non-empty "$(dirname "$timer")" 2>/dev/null || true
  fi
  after=$(cat "$timer" 2>/dev/null || true)
  # Not read yet by systemd: also what somebody else has written or removed beside it.
  if [ "$before" != "$after" ] || [ "$(systemctl show -P NeedDaemonReload apt-daily-upgrade.timer)" = yes ]; then
    quiet systemctl daemon-reload
    quiet systemctl try-restart apt-daily-upgrade.timer
  fi
  [ "$1" != yes ] || quiet systemctl enable --now apt-daily.timer apt-daily-upgrade.timer
}

megabytes() { sed -n "s/^$1: *\([0-9]*\) kB$/\1/p" "$meminfo" | awk '{print int($1 / 1024)}'; }
others_swap() { tail -n +2 "$swaps" | grep -qv "^$swapfile "; }

# wanted_swap: how many MB of ours there shall be.
wanted_swap() {
  local wanted
  wanted=$(setting swap)
  case $wanted in
  off) echo 0 ;;
  auto) if [ "$(megabytes MemTotal)" -ge 1024 ] || others_swap; then echo 0; else echo 1024; fi ;;
  *) echo "$wanted" ;;
  esac
}

decide() {
  install -d -m 0755 -- "$(dirname "$decided")"
  echo "$1" | write_file "$decided" 644
}

drop_swap() {
  [ -e "$swapfile" ] || [ -e "$unit" ] || return 0
  if grep -q "^$swapfile " "$swaps" && ! quiet swapoff "$swapfile"; then
    say "warning: the swap file stays: memory is too full to do without it"
    return 0
  fi
  quiet systemctl disable "$(basename "$unit")" || true
  rm -f "$swapfile" "$unit"
  rmdir --ignore-fail-on-non-empty "$(dirname "$swapfile")" 2>/dev/null || true
  quiet systemctl daemon-reload
  say "swap file removed"
}

make_swap() {
  local size=$1 free there=0
  [ ! -e "$swapfile" ] || there=$(($(stat -c %s "$swapfile") / 1048576))
  if [ "$there" != "$size" ]; then
    drop_swap
    [ ! -e "$swapfile" ] || return 0
    mkdir -p "$(dirname "$swapfile")"
    free=$(df -m --output=avail "$(dirname "$swapfile")" | tail -n 1)
    if ((free < size + 1024)); then
      say "warning: no swap: $((free)) MB of disk are free, and $size MB of swap must leave 1024 MB"
      decide "no room"
      return 0
    fi
    # `fallocate` leaves holes on some file systems, which swap cannot have.
    quiet dd if=/dev/zero of="$swapfile" bs=1M count="$size" status=none
    chmod 600 "$swapfile"
    quiet mkswap "$swapfile"
  fi
  write_file "$unit" 644 <<END
# Written by tapal: tapal:host.swap.
[Unit]
Description=Swap of tapal
[Swap]
What=$swapfile
[Install]
WantedBy=swap.target
END
  quiet systemctl daemon-reload
  if quiet systemctl enable --now "$(basename "$unit")"; then
    say "swap: $size MB"
  else
    # A container has its machine's swap and may not add to it; some file systems cannot hold it.
    say "warning: no swap: the kernel refuses it (a container, or the kind of file system); it goes on without"
    decide refused
    drop_swap
  fi
}

if [ "$1" = delete ]; then
  let_updates no '' no
  [ ! -e "$policy.before-tapal" ] || mv -fT "$policy.before-tapal" "$policy"
  drop_swap
  rm -f "$decided"
  rmdir --ignore-fail-on-non-empty "$(dirname "$decided")" 2>/dev/null || true
  exit 0
fi

# A policy that keeps chasquid from being started, which an image's maker or a cut off installation
# has left, would let an update stop it for good. One that has others in view alone stays.
if [ -x "$policy" ]; then
  status=0
  timeout 5 "$policy" chasquid restart >/dev/null 2>&1 </dev/null || status=$?
  if [ "$status" = 101 ] && grep -qs 'written by tapal' "$policy"; then
    rm -f "$policy"
  elif [ "$status" = 101 ]; then
    mv -fT "$policy" "$policy.before-tapal"
    say "$policy kept chasquid from being started; it is $policy.before-tapal now"
  fi
fi

let_updates "$(setting upgrades)" "$(setting at)" "$(setting reboot)"
say "security updates: $(setting upgrades)"
size=$(wanted_swap)
decide "$size"
if [ "$size" = 0 ]; then
  drop_swap
  say "swap: none of ours"
elif grep -q "^$swapfile " "$swaps" && [ "$(stat -c %s "$swapfile")" = $((size * 1048576)) ] && [ -e "$at_boot" ]; then
  say "swap: $size MB"
else
  make_swap "$size"
fi
