#!/bin/bash
# IPv6: switched on, and the address set for good. Data: address=, prefix=, gateway=, ipv4=; the
# last names the interface, since that carries the IPv4 address.
#
# Providers deliver Debian with IPv6 off by sysctl and absent from netplan. The file that sets it
# is validated, applied, and taken back if the address does not come up: SSH over IPv4 must not
# suffer.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

sysctl_file=/etc/sysctl.d/zz-tapal-ipv6.conf
netplan_file=/etc/netplan/60-tapal-ipv6.yaml
dropin_name=60-tapal-ipv6.conf

interface_of() { ip -o -4 address show to "$1" | awk '{print $2; exit}'; }

network_file_of() {
  networkctl status "$1" 2>/dev/null | sed -n 's/^ *Network File: *//p' | head -n 1
}

reload_networkd() {
  networkctl reload
  networkctl reconfigure "$1"
}

if [ "$1" = delete ]; then
  interface=$(interface_of "$(setting ipv4)")
  rm -f "$sysctl_file"
  if [ -e "$netplan_file" ]; then
    rm -f "$netplan_file"
    quiet netplan apply
  elif compgen -G "/etc/systemd/network/*.d/$dropin_name" >/dev/null; then
    rm -f /etc/systemd/network/*.d/"$dropin_name"
    reload_networkd "$interface"
  fi
  say "IPv6 settings removed"
  exit 0
fi

address=$(setting address)
prefix=$(setting prefix)
gateway=$(setting gateway)
interface=$(interface_of "$(setting ipv4)")
[ -n "$interface" ] || fail "no interface carries $(setting ipv4)" \
  "set tapal:host.ipv4 to the server's own address (see \`ip -4 address\`), or leave out host.ipv6"

is_up() {
  ip -6 -o address show dev "$interface" to "$address" scope global 2>/dev/null |
    grep -vqE 'tentative|dadfailed' && ip -6 route show default | grep -q .
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

write_file "$sysctl_file" 644 <<EOF
# Written by tapal: the name sorts last, so that it wins over what the provider delivered.
net.ipv6.conf.all.disable_ipv6 = 0
net.ipv6.conf.default.disable_ipv6 = 0
EOF
quiet sysctl -p "$sysctl_file"
# A setting of its own for the interface survives the line for "all".
[ "$(cat "/proc/sys/net/ipv6/conf/$interface/disable_ipv6")" = 0 ] ||
  quiet sysctl -w "net.ipv6.conf.$interface.disable_ipv6=0"

write_netplan() {
  # Netplan merges files by the interface's id, which need not be its name (match: macaddress).
  local id
  id=$(netplan get ethernets 2>/dev/null | sed -n 's/^\([^ :]*\):.*/\1/p' | grep -xF "$interface" || true)
  [ -n "$id" ] || id=$(netplan get ethernets | sed -n 's/^\([^ :]*\):.*/\1/p' | head -n 1)
  [ -n "$id" ] || id=$interface
  write_file "$netplan_file" 600 <<EOF
# Written by tapal.
network:
  version: 2
  ethernets:
    "$id":
      addresses: ["$address/$prefix"]
      routes:
        - {to: "::/0", via: "$gateway", on-link: true}
EOF
  if ! quiet netplan generate; then
    take_back
    fail "netplan refuses the IPv6 settings" "see the lines above; prefix and gateway are in the provider's panel"
  fi
  quiet netplan apply
}

write_networkd() {
  local base folder
  base=$(network_file_of "$interface")
  [[ -n $base && $base != n/a ]] ||
    fail "neither netplan nor systemd-networkd configures $interface" \
      "set the IPv6 address by hand the provider's way, then run \`pulumi up\` again"
  folder=/etc/systemd/network/$(basename "$base").d
  mkdir -p "$folder"
  write_file "$folder/$dropin_name" 644 <<EOF
# Written by tapal.
[Network]
Address=$address/$prefix
[Route]
Gateway=$gateway
GatewayOnLink=yes
EOF
  reload_networkd "$interface"
}

# The file of ours that sets the address, empty if there is none.
ours() { compgen -G "$netplan_file" || compgen -G "/etc/systemd/network/*.d/$dropin_name" || true; }

is_as_wanted() {
  local file
  file=$(ours)
  [ -z "$file" ] || { grep -qF "$address/$prefix" "$file" && grep -qF "$gateway" "$file"; }
}

if is_up && is_as_wanted && gateway_is_there; then
  say "IPv6 $address is already on $interface"
  exit 0
fi

before=$(ours)
kept=$(mktemp)
trap 'rm -f "$kept"' EXIT
[ -z "$before" ] || cp -p "$before" "$kept"

# Put the file back as it was: with settings that worked, IPv6 goes on.
take_back() {
  rm -f "$netplan_file" /etc/systemd/network/*.d/"$dropin_name"
  [ -z "$before" ] || cp -p "$kept" "$before"
}

say "setting $address/${prefix:-?} on $interface, gateway ${gateway:-as the provider set it}"
if [ -z "$gateway" ]; then
  # The provider's own settings hold the address; they only wait for IPv6 to be on.
  if command -v netplan >/dev/null; then quiet netplan apply; else reload_networkd "$interface"; fi
elif command -v netplan >/dev/null; then
  write_netplan
else
  write_networkd
fi

reason="$address did not come up on $interface"
started=$SECONDS
up_since=
while ((SECONDS < started + 20)); do
  if is_up && gateway_is_there; then
    say "IPv6 $address is up on $interface"
    exit 0
  fi
  if is_up; then
    reason="no IPv6 gateway $gateway answers on $interface"
    # Neighbour discovery gives up after three seconds (RFC 4861 §10): what is silent now stays so.
    ((SECONDS < ${up_since:=$SECONDS} + 7)) || break
  fi
  sleep 0.2
done
waited=$((SECONDS - started))
take_back
if command -v netplan >/dev/null; then quiet netplan apply; else reload_networkd "$interface"; fi
fail "$reason within $waited s; the settings were taken back" \
  "give address, prefix and gateway in tapal:host.ipv6, as the provider's panel shows them"
