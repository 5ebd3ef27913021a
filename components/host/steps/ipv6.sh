#!/bin/bash
# IPv6: switched on, and the address set for good. Data: address=, prefix=, gateway=, ipv4=; the
# last names the interface, since that carries the IPv4 address. Without prefix and gateway the
# provider's own settings hold the address, and only wait for IPv6 to be on.
#
# Whoever runs the interface is told (network.sh), and SSH must not suffer: `apply` keeps what was
# there before, and a timer brings that back after 90 s, and after a reboot as well, unless `confirm`
# comes by a new connection. An address that does not come up is taken back at once. Wherever it was
# cut off, it can be run again: what is kept then is still what was there before the first time.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh
# shellcheck source=components/host/steps/network.sh
. /usr/local/lib/tapal/steps/network.sh

sysctl_file=/etc/sysctl.d/zz-tapal-ipv6.conf
state=/var/lib/tapal/ipv6
before=$state/before     # what comes back; there until it is confirmed
undoing=$state/undoing   # the same, once that has begun
ours=$state/ours         # interface, address/prefix and gateway that we have set; no others are ours
original=$state/original # the kernel's switches as they were found at first
written=$state/written   # digests of the files by which it is so after a reboot
units=/etc/systemd/system
unit=tapal-ipv6-rollback
switches=/proc/sys/net/ipv6/conf

interface_of() { ip -o -4 address show to "$1" | awk '{print $2; exit}'; }

# has INTERFACE ADDRESS/PREFIX
has() {
  ip -6 -o address show dev "$1" to "${2%/*}" 2>/dev/null | awk '{print $4}' | grep -q "/${2#*/}\$"
}

# list_switches: disable_ipv6 of all, which sets every other one, and then of each.
list_switches() {
  local file
  for file in "$switches"/all/disable_ipv6 "$switches"/*/disable_ipv6; do
    echo "$(basename "$(dirname "$file")") $(cat "$file")"
  done
}

# switch_back FILE: as `list_switches` had them.
switch_back() {
  local name value file
  while read -r name value; do
    file=$switches/$name/disable_ipv6
    if [ -e "$file" ] && [ "$(cat "$file")" != "$value" ]; then echo "$value" >"$file"; fi
  done <"$1"
}

switch_on() {
  local one
  write_file "$sysctl_file" 644 <<EOF
# Written by tapal: the name sorts last, so that it wins over what the provider delivered.
net.ipv6.conf.all.disable_ipv6 = 0
net.ipv6.conf.default.disable_ipv6 = 0
EOF
  # A setting of its own for the interface survives the line for "all".
  for one in all default "$interface"; do
    [ "$(cat "$switches/$one/disable_ipv6")" = 0 ] || echo 0 >"$switches/$one/disable_ipv6"
  done
}

# drop INTERFACE ADDRESS/PREFIX [GATEWAY]: takes off what we have set. Whoever runs the interface does
# not always.
drop() {
  if has "$1" "$2"; then ip -6 address del "$2" dev "$1" || true; fi
  [ -z "${3:-}" ] || ip -6 route del default via "$3" dev "$1" 2>/dev/null || true
}

start_timer() {
  write_file "$units/$unit.service" 644 <<EOF
# Written by tapal: gone once a new connection has confirmed the IPv6 settings.
[Unit]
Description=takes tapal's IPv6 settings back
[Service]
Type=oneshot
ExecStart=/bin/bash /usr/local/lib/tapal/steps/ipv6.sh rollback
EOF
  write_file "$units/$unit.timer" 644 <<EOF
# Written by tapal: gone once a new connection has confirmed the IPv6 settings.
[Unit]
Description=waits for a new connection to confirm tapal's IPv6 settings
[Timer]
OnActiveSec=90
AccuracySec=1s
[Install]
WantedBy=timers.target
EOF
  quiet systemctl daemon-reload
  quiet systemctl enable "$unit.timer"
  quiet systemctl restart "$unit.timer"
}

stop_timer() {
  rm -f "$units"/.tapal.* # what a kill has left of a file that was being written
  [ -e "$units/$unit.timer" ] || [ -e "$units/$unit.service" ] || return 0
  quiet systemctl disable --now "$unit.timer" || true
  rm -f "$units/$unit.timer" "$units/$unit.service"
  quiet systemctl daemon-reload
}

# hold_timer: from here on it does not begin, and if it has begun it ends.
hold_timer() {
  [ -e "$units/$unit.timer" ] || return 0
  systemctl stop "$unit.timer" 2>/dev/null || true
  local _
  for _ in $(seq 150); do
    [ "$(systemctl is-active "$unit.service")" = activating ] || break
    sleep 0.2
  done
}

# keep INTERFACE MANAGER: what is there before, whole or not at all.
keep() {
  local new=$before.new
  [ ! -d "$before" ] || return 0
  rm -rf -- "$new"
  install -d -m 0700 -- "$new"
  echo "$1 $2" >"$new/interface"
  list_switches >"$new/switches"
  addresses "$1" >"$new/addresses"
  routes "$1" >"$new/routes"
  cp -p "$ours" "$written" "$new/" 2>/dev/null || true
  # Also what networkd was told when netplan's files were applied last: by now there may be more in
  # them than anybody has applied. In the format that keeps times to the nanosecond.
  { compgen -G "$sysctl_file" || true; our_files; compgen -G "$running/*-netplan-*" || true; } |
    tar --format=posix --absolute-names --files-from=- -cf "$new/files.tar"
  sync "$new"/*
  mv -T "$new" "$before"
}

# bring_back FOLDER [ADDRESS/PREFIX…]: the addresses that were there, but for these. A manager that is
# told something new drops those that others have set.
bring_back() {
  local folder=$1 family address interface _
  shift
  read -r interface _ <"$folder/interface"
  while read -r family address; do
    case " $* " in *" $address "*) continue ;; esac
    ip "$family" address add "$address" dev "$interface" 2>/dev/null || true
  done <"$folder/addresses"
}

# bring_routes_back FOLDER
bring_routes_back() {
  local route interface _
  read -r interface _ <"$1/interface"
  while read -r route; do
    # shellcheck disable=SC2086  # the words of a route
    ip -6 route add $route dev "$interface" 2>/dev/null || true
  done <"$1/routes"
}

# take_back: all that was there before, as it was.
take_back() {
  local interface manager of set_address gateway one
  rm -rf -- "${state:?}/undone"
  [ ! -d "$before" ] || [ -d "$undoing" ] || mv -T "$before" "$undoing"
  [ -d "$undoing" ] || return 0
  read -r interface manager <"$undoing/interface"
  rm -f "$sysctl_file" "$(dirname "$sysctl_file")"/.tapal.*
  remove_our_files
  [ "$manager" != netplan ] || rm -f "$running"/*-netplan-*
  tar --absolute-names -xpf "$undoing/files.tar"
  # Not by netplan, which would apply what others have written since.
  case $manager in netplan | networkd) reload networkd "$interface" || true ;; esac
  if [ -e "$ours" ] && ! cmp -s "$ours" "$undoing/ours"; then
    read -r of set_address gateway <"$ours"
    drop "$of" "$set_address" "$gateway"
  fi
  switch_back "$undoing/switches"
  bring_back "$undoing"
  bring_routes_back "$undoing"
  for one in ours written; do
    if [ -e "$undoing/$one" ]; then cp -p "$undoing/$one" "$state/"; else rm -f "${state:?}/$one"; fi
  done
  # Gone at once: half of it, after a kill, could be taken back no more.
  mv -T "$undoing" "$state/undone"
  rm -rf -- "$state/undone"
}

# is_used: whether somebody is connected over IPv6, perhaps this very step.
is_used() { ss -Htn6 state established | grep -vE '\[(::1|::ffff:[0-9.]+)\]:' >/dev/null; }

case $1 in
rollback) # by the timer
  take_back
  stop_timer
  say "IPv6 settings taken back: no new connection has confirmed them"
  exit 0
  ;;
delete)
  hold_timer
  take_back
  stop_timer
  interface=$(interface_of "$(setting ipv4)")
  [ ! -e "$ours" ] || read -r interface address gateway <"$ours"
  manager=$(manager_of "$interface")
  rm -f "$sysctl_file"
  files=$(our_files)
  remove_our_files
  if is_used; then
    say "IPv6 stays until the next boot, since a connection uses it; its settings are removed"
  else
    [ -z "$files" ] || reload "$manager" "$interface"
    [ -z "${address:-}" ] || drop "$interface" "$address" "${gateway:-}"
    [ ! -e "$original" ] || switch_back "$original"
    say "IPv6 settings removed"
  fi
  rm -rf -- "$state"
  rmdir --ignore-fail-on-non-empty /var/lib/tapal 2>/dev/null || true
  exit 0
  ;;
esac

address=$(setting address)
prefix=$(setting prefix)
gateway=$(setting gateway)
interface=$(interface_of "$(setting ipv4)")
[ -n "$interface" ] || fail "no interface carries $(setting ipv4)" \
  "set tapal:host.ipv4 to the server's own address (see \`ip -4 address\`), or leave out host.ipv6"
[ -e "$switches/all/disable_ipv6" ] || fail "the host's kernel runs without IPv6" \
  "take ipv6.disable=1 out of the kernel's command line (/etc/default/grub, then update-grub and reboot), or leave out host.ipv6"
manager=$(manager_of "$interface")

is_up() {
  ip -6 -o address show dev "$interface" to "$address" scope global 2>/dev/null |
    grep -vqE 'tentative|dadfailed' && ip -6 route show default | grep -q .
}

# settle: a moment after boot the kernel still asks whether another machine has the address (RFC 4862 §5.4).
settle() {
  local _
  for _ in $(seq 15); do
    ip -6 -o address show dev "$interface" tentative 2>/dev/null | grep -q . || break
    sleep 0.2
  done
}

# A router that exists answers neighbour discovery, even if it answers nothing else.
gateway_is_there() {
  [ -n "$gateway" ] || return 0
  local there=$gateway
  [[ ${gateway,,} != fe80:* ]] || there=$gateway%$interface
  # To a port that our own firewall lets out; whether anybody listens there does not matter.
  (echo >"/dev/udp/$there/53") 2>/dev/null || true
  sleep 0.2
  ! ip -6 neigh show to "$gateway" dev "$interface" | grep -qE 'INCOMPLETE|FAILED'
}

# is_as_wanted: set by us as it is wanted; or by others, and nothing by us.
is_as_wanted() {
  local files
  files=$(our_files)
  if [ -z "$files" ] && [ ! -e "$ours" ]; then return 0; fi
  [ -n "$gateway" ] && [ -e "$ours" ] &&
    [ "$(cat "$ours")" = "$interface $address/$prefix $gateway" ] &&
    [ "$files" = "$(settings_file "$manager" "$interface")" ] &&
    settings_text "$manager" "$interface" "$address/$prefix" "$gateway" | cmp -s - "$files" &&
    has "$interface" "$address/$prefix"
}

is_whole() { is_up && is_as_wanted && gateway_is_there; }

# note_written: by what a preview sees that a reboot would bring the same about.
note_written() { { echo "$sysctl_file"; our_files; } | xargs -d '\n' sha256sum | write_file "$written" 600; }

if [ "$1" = confirm ]; then
  rm -rf -- "$state/confirmed" # of one that was cut off, in the way of the next line
  # Who renames it first has it: this, or the timer.
  if mv -T "$before" "$state/confirmed" 2>/dev/null; then
    stop_timer
    rm -rf -- "$state/confirmed"
    say "IPv6 settings confirmed"
  elif ! is_whole; then
    fail "the IPv6 settings were taken back before they were confirmed" \
      "the host was slow or unreachable for 90 s; run \`pulumi up\` again. If this stays, SSH does not get in with that prefix and gateway in tapal:host.ipv6: compare them with the provider's panel"
  fi
  exit 0
fi

hold_timer
settle
[ ! -d "$undoing" ] || take_back # it was cut off while it did that
install -d -m 0755 -- /var/lib/tapal "$state"
[ -e "$original" ] || list_switches | write_file "$original" 600
if is_whole && [ ! -d "$before" ]; then
  switch_on
  note_written
  say "IPv6 $address is already on $interface"
  exit 0
fi

if [ -n "$gateway" ]; then
  case $manager in NetworkManager | nobody)
    fail "neither netplan, systemd-networkd nor ifupdown runs $interface, but ${manager/nobody/something else}" \
      "set the IPv6 address by hand as the provider says (under NetworkManager by nmcli), then run \`pulumi up\` again" ;;
  esac
fi

# give_up REASON CURE
give_up() {
  take_back
  stop_timer
  fail "$1; the settings were taken back" "$2"
}

# write_settings: in the place of whoever runs the interface now, and of nobody else.
write_settings() {
  local file
  file=$(settings_file "$manager" "$interface")
  remove_our_files
  rm -f "$ours"
  [ -n "$gateway" ] || return 0
  echo "$interface $address/$prefix $gateway" | write_file "$ours" 600
  mkdir -p "$(dirname "$file")"
  # Netplan's files are root's alone; networkd reads its own as another user.
  settings_text "$manager" "$interface" "$address/$prefix" "$gateway" |
    write_file "$file" "$([ "$manager" = netplan ] && echo 600 || echo 644)"
  ! refused "$manager" "$interface" "$address" ||
    give_up "$manager refuses the IPv6 settings, or does not read them" \
      "see the lines above; under ifupdown /etc/network/interfaces needs the line: source /etc/network/interfaces.d/*"
}

# leave_previous INTERFACE ADDRESS/PREFIX GATEWAY: what we set once and is not wanted any more.
leave_previous() {
  [ "$1 $2 $3" != "$interface $address/$prefix $gateway" ] || return 0
  local left=$3
  [ "$1 $3" != "$interface $gateway" ] || left=
  drop "$1" "$2" "$left"
}

wait_until_up() {
  local started=$SECONDS up_since=
  reason="$address did not come up on $interface"
  while ((SECONDS < started + 20)); do
    if is_up && gateway_is_there; then return 0; fi
    if is_up; then
      reason="no IPv6 gateway $gateway answers on $interface"
      # Neighbour discovery gives up after three seconds (RFC 4861 §10): what is silent now stays so.
      ((SECONDS < ${up_since:=$SECONDS} + 7)) || break
    fi
    sleep 0.2
  done
  reason="$reason within $((SECONDS - started)) s"
  return 1
}

previous=$(cat "$ours" 2>/dev/null || true)
keep "$interface" "$manager"
start_timer
say "setting $address/${prefix:-?} on $interface, gateway ${gateway:-as the provider set it}"
write_settings
switch_on
# shellcheck disable=SC2086  # its three words
[ -z "$previous" ] || leave_previous $previous
reload "$manager" "$interface" || give_up "$manager does not take the IPv6 settings" "see the lines above"
# shellcheck disable=SC2046  # of none, one or two files a word each
bring_back "$before" "$(cut -d ' ' -f 2 <<<"$previous")" $(cut -d ' ' -f 2 "$before/ours" 2>/dev/null)
wait_until_up || give_up "$reason" \
  "give address, prefix and gateway in tapal:host.ipv6, as the provider's panel shows them"
note_written
say "IPv6 $address is up on $interface; it stays only if a new connection gets in"
