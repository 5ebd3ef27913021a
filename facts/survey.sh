#!/bin/sh
# What a host is before anything was set up on it: lines of NAME, a tab and a value, which
# facts/survey.py reads. Changes nothing, needs no more than a Debian image has, ends within 5 s.
#
# Arguments: an IPv6 address that may be another machine's (or nothing), and names of mail exchangers
# to connect to by port 25.
PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
export PATH LC_ALL
neighbour=$1
shift
tab=$(printf '\t')

# name NAME: puts it before each line of what comes in.
name() { sed "s/^/$1$tab/"; }

# owner FILE: the package that it is from. Before /usr was merged, packages called it /bin/….
owner() {
  for file in "$1" "${1#/usr}"; do
    dpkg-query -S "$file" 2>/dev/null | grep -v '^diversion' | head -n 1 | cut -d: -f1 | grep . && return
  done
}

# unit PID: the service that it belongs to, by whichever hierarchy of control groups knows it.
unit() {
  grep -q /user@ "/proc/$1/cgroup" && return # a user's own services
  cut -d : -f 3- "/proc/$1/cgroup" | tr / '\n' | grep '\.service$' | tail -n 1
}

system() {
  id -u | name uid
  command -v sudo | name sudo
  uname -m | name machine
  dpkg --print-architecture 2>/dev/null | name architecture
  name os </etc/os-release
  name init </proc/1/comm
  date +%s | name clock
  grep -E '^(MemTotal|SwapTotal):' /proc/meminfo | name memory
  for place in / /usr /var /var/lib/apt/lists /var/cache/apt/archives; do
    df -Pk "$place" 2>/dev/null | tail -n +2 | name disk
  done
  cut -d ' ' -f 2,4 /proc/self/mounts | grep -E '^/(etc|usr|var|) ' | name mount
  ip -o addr show | name address
  name ephemeral </proc/sys/net/ipv4/ip_local_port_range
}

packages() {
  command -v dpkg-query >/dev/null || return
  # Errors alone: all packages are listed only to see that they can be.
  dpkg-query -W -f '${db:Status-Abbrev}\t${Package}\n' 2>&1 | grep -v "^[a-z][inc] $tab" | name package
  # shellcheck disable=SC2012 # the names are numbers
  ls -A /var/lib/dpkg/updates 2>/dev/null | head -n 1 | name update
  # Without a lock, and with no cache written.
  timeout 4 apt-get -qq -o Debug::NoLocking=1 -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    check </dev/null 2>&1 | name check
  find /proc/[0-9]*/fd \( -lname /var/lib/dpkg/lock -o -lname /var/lib/dpkg/lock-frontend \
    -o -lname /var/lib/apt/lists/lock \) 2>/dev/null | cut -d / -f 3 | sort -u | while read -r pid; do
    printf '%s\t%s\n' "$pid" "$(cat "/proc/$pid/comm")" | name lock
  done
}

listeners() {
  sockets=$(ss -H -l -n -t -u -p)
  printf '%s\n' "$sockets" | name listener
  systemctl list-sockets --no-legend --no-pager --full 2>/dev/null | name socket
  printf '%s\n' "$sockets" | grep -o 'pid=[0-9]*' | cut -d = -f 2 | sort -u | while read -r pid; do
    unit=$(unit "$pid")
    file=$(readlink "/proc/$pid/exe")
    of_unit=
    [ -z "$unit" ] || of_unit=$(owner "$(systemctl show -p FragmentPath --value -- "$unit" 2>/dev/null)")
    printf '%s\t%s\t%s\t%s\t%s\n' "$pid" "$unit" "$file" "$(owner "$file")" "$of_unit" | name program
  done
  grep -qsi '^ENABLED=yes' /etc/ufw/ufw.conf && echo ufw | name firewall
  systemctl is-active --quiet firewalld 2>/dev/null && echo firewalld | name firewall
}

# network: who runs the interface by which this host reaches the internet.
network() {
  device=$(ip -4 route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
  [ -n "$device" ] || return
  manager=nobody
  if systemctl is-active --quiet systemd-networkd.service &&
    networkctl status --no-pager "$device" | grep -q '^ *Network File: */'; then
    manager=systemd-networkd
  elif ifquery --state "$device" | grep -q .; then
    manager=ifupdown
  elif nmcli -g GENERAL.STATE device show "$device" | grep '^100 ' | grep -qv external; then
    manager=NetworkManager
  fi
  printf '%s\t%s\n' "$device" "$manager" | name network
}

# answers ADDRESS: whether another machine on the link has this address.
answers() {
  [ -n "$1" ] && ! ip -o -6 addr show to "$1" 2>/dev/null | grep -q . || return 0
  ip -o -6 route get "$1" 2>/dev/null | grep -qv ' via ' || return 0
  ping -6 -n -q -c 1 -W 1 "$1" >/dev/null 2>&1 && printf '%s\n' "$1" | name neighbour
}

# try NAME FAMILY: connects to port 25 of NAME's first address.
try() {
  # Without an address, IPv4's stand there written as IPv6.
  address=$(timeout 2 getent "ahostsv$2" "$1" | cut -d ' ' -f 1 | grep -v '^::ffff:' | head -n 1)
  outcome=unresolved
  if [ -n "$address" ]; then
    # shellcheck disable=SC2016 # bash expands it
    said=$(timeout 3 bash -c ': <>"/dev/tcp/$0/25"' "$address" 2>&1)
    case $?:$said in
    0:*) outcome=open ;;
    124:*) outcome=silent ;;
    *"Network is unreachable"*) outcome=unreachable ;; # this host has no such network itself
    *refused* | *"No route"* | *"Permission denied"*) outcome=refused ;;
    *) outcome=failed ;;
    esac
  fi
  printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$address" "$outcome"
}

exchangers() {
  for exchanger; do
    try "$exchanger" 4 &
    try "$exchanger" 6 &
  done
  wait
}

{
  system
  packages
  listeners
  network
  answers "$neighbour"
} 2>/dev/null &
tried=$(exchangers "$@" 2>/dev/null)
wait
printf '%s\n' "$tried" | name exchanger
echo end | name survey
