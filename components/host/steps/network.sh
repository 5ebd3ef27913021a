# shellcheck shell=bash
# Who runs an interface of this host, and how each of them is told an IPv6 address for good. Read by
# the step `ipv6`, after lib.sh.
#
# What is installed says little: an image has netplan and an interface that ifupdown runs, or a
# systemd-networkd that has stopped and has left its files in /run.

netplan_file=/etc/netplan/60-tapal-ipv6.yaml
dropins=/etc/systemd/network
dropin_name=60-tapal-ipv6.conf
ifupdown_file=/etc/network/interfaces.d/60-tapal-ipv6 # without a dot: source-directory takes no other
running=/run/systemd/network

network_file_of() {
  systemctl is-active --quiet systemd-networkd.service || return 0
  networkctl status --no-pager "$1" 2>/dev/null | sed -n 's#^ *Network File: *\(/.*\)#\1#p' | head -n 1
}

# manager_of INTERFACE: netplan, networkd, ifupdown, NetworkManager or nobody.
manager_of() {
  case $(network_file_of "$1") in
  "$running"/10-netplan-*) echo netplan ;;
  ?*) echo networkd ;;
  *)
    if ifquery --state "$1" 2>/dev/null | grep -q .; then
      echo ifupdown
    elif nmcli -g GENERAL.STATE device show "$1" 2>/dev/null | grep '^100 ' | grep -v external >/dev/null; then
      echo NetworkManager
    else
      echo nobody
    fi
    ;;
  esac
}

# settings_file MANAGER INTERFACE: where it is told the address.
settings_file() {
  case $1 in
  netplan) echo "$netplan_file" ;;
  networkd) echo "$dropins/$(basename "$(network_file_of "$2")").d/$dropin_name" ;;
  ifupdown) echo "$ifupdown_file" ;;
  esac
}

# our_files: those that set the address, whoever reads them.
our_files() { compgen -G "$netplan_file" || compgen -G "$dropins/*.d/$dropin_name" || compgen -G "$ifupdown_file" || true; }

remove_our_files() {
  rm -f "$netplan_file" "$dropins"/*.d/"$dropin_name" "$ifupdown_file"
  # What a power cut left of a file that was being written.
  rm -f "$(dirname "$netplan_file")"/.tapal.* "$dropins"/*.d/.tapal.* "$(dirname "$ifupdown_file")"/.tapal.*
  rmdir --ignore-fail-on-non-empty "$dropins"/*.network.d 2>/dev/null || true
}

# netplan_place INTERFACE: by which kind and id netplan knows it. The id need not be the interface's
# name (match: macaddress), but networkd's file has it.
netplan_place() {
  local id kind
  id=$(basename "$(network_file_of "$1")" .network)
  id=${id#10-netplan-}
  for kind in ethernets bonds bridges vlans; do
    if netplan get "$kind" 2>/dev/null | sed 's/^"\(.*\)":/\1:/' | grep -E "^${id//./\\.}:" >/dev/null; then
      echo "$kind $id"
      return 0
    fi
  done
  echo "ethernets $id"
}

# settings_text MANAGER INTERFACE ADDRESS/PREFIX GATEWAY
settings_text() {
  local kind id
  echo "# Written by tapal."
  case $1 in
  netplan)
    read -r kind id <<<"$(netplan_place "$2")"
    cat <<EOF
network:
  version: 2
  $kind:
    "$id":
      addresses: ["$3"]
      routes:
        - {to: "::/0", via: "$4", on-link: true}
EOF
    ;;
  networkd) printf '%s\n' '[Network]' "Address=$3" '[Route]' "Gateway=$4" GatewayOnLink=yes ;;
  # Another stanza of the interface's may have set a route already, and `gateway` would then fail.
  ifupdown) printf '%s\n' "iface $2 inet6 static" "  address $3" "  post-up ip -6 route replace default via $4 dev $2 onlink" ;;
  esac
}

# stanza INTERFACE: address/prefix and gateway that ifupdown gives it at boot; the last ones count.
stanza() {
  ifquery "$1" 2>/dev/null | awk '
    $1 == "address:" { six = $2 ~ /:/; if (six) { address = $2; prefix = "64" } }
    $1 == "netmask:" && six { prefix = $2 }
    $1 == "gateway:" && six { gateway = $2 }
    $1 == "up:" && /ip -6 route replace default via/ { gateway = $8 }
    END { sub(/\/.*/, "", address); if (address != "") print address "/" prefix, gateway }'
}

# reload MANAGER INTERFACE: has what the files say now come about. ifupdown cannot without taking
# IPv4 down, so that what it would do at boot is done here.
reload() {
  local address gateway
  case $1 in
  netplan) quiet netplan apply ;;
  networkd) quiet networkctl reload && quiet networkctl reconfigure "$2" ;;
  ifupdown)
    read -r address gateway <<<"$(stanza "$2")"
    [ -z "$address" ] || quiet ip -6 address replace "$address" dev "$2"
    [ -z "$gateway" ] || quiet ip -6 route replace default via "$gateway" dev "$2" onlink
    ;;
  esac
}

# refused MANAGER INTERFACE ADDRESS: whether it cannot read what was written, or does not read it.
refused() {
  case $1 in
  netplan) ! quiet netplan generate ;;
  ifupdown) ! ifquery "$2" 2>&1 | grep -xF "address: ${3%/*}" >/dev/null ;;
  *) false ;;
  esac
}

# routes INTERFACE: the default routes over it, but for those that a router announces.
routes() { ip -6 route show default dev "$1" 2>/dev/null | grep -v 'proto ra' | sed 's/ *$//' || true; }

# addresses INTERFACE: family and address of each that does not come and go by itself.
addresses() {
  ip -o address show dev "$1" scope global 2>/dev/null |
    grep -vE ' (dynamic|temporary) ' | awk '{print ($3 == "inet" ? "-4" : "-6"), $4}'
}
