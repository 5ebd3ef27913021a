#!/bin/bash
# Reads what the program set up on a host, all at once, and changes nothing. Sent whole as
# `bash -c`: it needs nothing of ours installed, and a blank host answers as well.
#
# Each line of the answer: a kind, and its fields, with tabs between them (facts/snapshot.py).
set -u
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
shopt -s nullglob

tell() {
  local IFS=$'\t'
  printf '%s\n' "$*"
}
# first FILE: its first line, empty if there is none.
first() { { IFS= read -r line <"$1"; } 2>/dev/null && printf '%s' "$line"; }

tell clock "$(date +%s)"
tell boot "$(systemctl is-system-running 2>/dev/null)"
tell hostname "$(hostname 2>/dev/null)" "$(first /etc/hostname)"
sed -nE 's/^127\.0\.1\.1[[:space:]]+([^[:space:]]+).*/hosts\t\1/p' /etc/hosts 2>/dev/null
tell timezone "$(readlink /etc/localtime | sed 's#^.*/zoneinfo/##')"
tell language "$(sed -n 's/^LANG=//p' "$(readlink -f /etc/default/locale)" 2>/dev/null | tail -n 1)"
locale -a 2>/dev/null | sed 's/^/locale\t/'
[ ! -d /etc/cloud/cloud.cfg.d ] || tell cloud "$(first /etc/cloud/cloud.cfg.d/99-tapal.cfg || echo missing)"
df --output=avail -k / 2>/dev/null | sed -n '2s/^ */disk\t/p'

# Where packages come from, ours from Debian's testing suite apart.
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list; do
  [ -f "$file" ] || continue
  case $file in
  */tapal-testing.sources) sed -n 's/^URIs: */testing\t/p' "$file" ;;
  *)
    [ ! -e "$file.before-tapal" ] || tell moved "$file"
    grep -vE '//security\.|^[[:space:]]*#' "$file" |
      grep -oE 'https?://[^/ ]+[^ ]*' | sed 's/^/archive\t/'
    ;;
  esac
done
dpkg-query -W -f='package\t${Package}\t${db:Status-Status}\t${Version}\n' 2>/dev/null
[ -z "$(ls -A /var/lib/dpkg/updates 2>/dev/null)" ] || tell dpkg "interrupted"

# Automatic updates as apt has them in the end, whoever wrote them; their hour as systemd has it.
lists='' upgrades='' reboot=''
eval "$(apt-config shell lists APT::Periodic::Update-Package-Lists upgrades APT::Periodic::Unattended-Upgrade \
  reboot Unattended-Upgrade::Automatic-Reboot 2>/dev/null)"
tell updates "${lists:-0}" "${upgrades:-0}" "${reboot:-false}" \
  "$(apt-config dump Unattended-Upgrade::Origins-Pattern 2>/dev/null | grep -c 'archive=testing,label=Debian')" \
  "$([ ! -e /etc/apt/apt.conf.d/52tapal-upgrades ] || echo ours)"
systemctl show --property=TimersCalendar apt-daily-upgrade.timer 2>/dev/null |
  sed -nE 's/.*OnCalendar=([^;]*) ;.*/hour\t\1/p'
[ ! -e /etc/systemd/system/apt-daily-upgrade.timer.d/tapal.conf ] || tell hours ours
# Whether what installs packages may start chasquid: the question that they ask themselves.
if [ -x /usr/sbin/policy-rc.d ]; then
  timeout 2 /usr/sbin/policy-rc.d chasquid restart >/dev/null 2>&1 </dev/null
  [ $? != 101 ] || tell policy "$(grep -qs 'written by tapal' /usr/sbin/policy-rc.d && echo ours || echo others)"
fi

# Swap: of how many MB ours is, was to be, whether it is on, also at boot; whether there is another.
swapfile=/var/lib/tapal/swap
tell swap "$(first /var/lib/tapal/swap.decided)" \
  "$(($(stat -c %s "$swapfile" 2>/dev/null || echo 0) / 1048576))" \
  "$(grep -q "^$swapfile " /proc/swaps && echo on)" \
  "$([ ! -e /etc/systemd/system/swap.target.wants/var-lib-tapal-swap.swap ] || echo boot)" \
  "$(tail -n +2 /proc/swaps | grep -qv "^$swapfile " && echo others)" \
  "$(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo)"

# Only of units that matter here: systemd takes a second to list all that lie on the disk.
units=()
for file in /etc/systemd/system/tapal-* /usr/lib/systemd/system/{chasquid,certbot,apt-daily,unattended-upgrades}*; do
  case $file in *@*) ;; *.service | *.socket | *.timer | *.path) units+=("${file##*/}") ;; esac
done
((${#units[@]} == 0)) ||
  systemctl show --property=Id,ActiveState,Result,UnitFileState "${units[@]}" 2>/dev/null |
  awk -F= -v OFS='\t' '
    function told() { if (id != "") print "unit", id, active, result, file; id = "" }
    $0 == "" { told(); next }
    { value = substr($0, length($1) + 2) }
    $1 == "Id" { id = value }
    $1 == "ActiveState" { active = value }
    $1 == "Result" { result = value }
    $1 == "UnitFileState" { file = value }
    END { told() }'
ss -Hltnp 2>/dev/null | awk -v OFS='\t' '
  { port = $4; sub(/.*:/, "", port); who = ""
    while (match($0, /"[^"]*",pid=[0-9]+/)) {
      name = substr($0, RSTART + 1, RLENGTH - 1); sub(/",.*/, "", name)
      who = who (who == "" ? "" : " ") name; $0 = substr($0, RSTART + RLENGTH) }
    print "listen", port, who }'

ip -o -6 address show scope global 2>/dev/null |
  awk -v OFS='\t' '{ state = "up"; if ($0 ~ /tentative/) state = "tentative"; if ($0 ~ /dadfailed/) state = "in use elsewhere"
    print "address", $2, $4, state }'
ip -6 route show default 2>/dev/null | sed -nE 's/^default via ([^ ]+) .*/route\t\1/p'
ip -6 route show default 2>/dev/null | grep -q . && tell route any
# The files that set it at each boot, by what the step noted of them.
if [ -d /var/lib/tapal/ipv6/before ] || [ -d /var/lib/tapal/ipv6/undoing ]; then
  tell ipv6 "not confirmed"
elif [ -e /var/lib/tapal/ipv6/written ]; then
  tell ipv6 "$(sha256sum --status -c /var/lib/tapal/ipv6/written 2>/dev/null && echo "as it was set up" || echo "changed by hand")"
fi

# The firewall as it is in the kernel, without what its sets have taken up since.
if table=$(nft list table inet tapal 2>/dev/null); then
  tell firewall "$(tr -s '[:space:]' ' ' <<<"$table" | sed -E 's/elements = \{[^}]*\} ?//g' | sha256sum | cut -c1-64)" \
    "$(first /var/lib/tapal/firewall/loaded)" "$(sha256sum /etc/tapal/firewall.nft 2>/dev/null | cut -c1-64)" \
    "$(sha256sum /var/lib/tapal/firewall/confirmed.nft 2>/dev/null | cut -c1-64)"
fi

# Other firewalls. Those of ufw and firewalld are asked for by their own rules, the first that fits.
if grep -qsi '^ENABLED=yes' /etc/ufw/ufw.conf; then
  sed -nE 's/^### tuple ### (allow|limit|deny|reject) (tcp|any) ([0-9:,]+|any) 0\.0\.0\.0\/0 any 0\.0\.0\.0\/0 .*in.*/asked\tufw\t\1\t\2\t\3/p' /etc/ufw/user.rules
  policy=$(sed -nE 's/^DEFAULT_INPUT_POLICY="?([A-Z]*)"?$/\1/p' /etc/default/ufw)
  tell asked ufw "$([ "$policy" = ACCEPT ] && echo allow || echo deny)" any any
fi 2>/dev/null
if [ -x /usr/bin/firewall-cmd ] && [ "$(systemctl is-active firewalld.service)" = active ]; then
  firewall-cmd --list-all 2>/dev/null | awk -v OFS='\t' '
    BEGIN { port["ssh"] = 22; port["smtp"] = 25; port["http"] = 80; port["smtps"] = 465; port["smtp-submission"] = 587 }
    $1 == "target:" { target = $2 }
    $1 == "services:" { for (i = 2; i <= NF; i++) if ($i in port) print "asked", "firewalld", "allow", "tcp", port[$i] }
    $1 == "ports:" { for (i = 2; i <= NF; i++) { split($i, one, "/"); print "asked", "firewalld", "allow", one[2], one[1] } }
    END { print "asked", "firewalld", (target == "ACCEPT" ? "allow" : "deny"), "any", "any" }'
fi
if nft list tables 2>/dev/null | grep -qvx 'table inet tapal'; then
  tell rules "$(nft -j -t list ruleset 2>/dev/null | tr -d '\n\t')"
fi

for file in /etc/letsencrypt/live/*/cert.pem; do
  name=$(basename "$(dirname "$file")")
  lineage=/etc/letsencrypt/live/$name
  installed=/etc/chasquid/certs/$name
  state=installed
  for one in fullchain.pem privkey.pem; do
    cmp -s "$lineage/$one" "$installed/$one" || state=other
  done
  [ "$(stat -c %U:%G "$installed" 2>/dev/null)" = root:chasquid ] || state=other
  [ -e "$installed" ] || state=missing
  tell certificate "$name" "$state" \
    "$(date -d "$(openssl x509 -in "$file" -noout -enddate 2>/dev/null | sed 's/^notAfter=//')" +%s 2>/dev/null)" \
    "$(sed -n 's/^server = //p' "/etc/letsencrypt/renewal/$name.conf" 2>/dev/null)" \
    "$(openssl x509 -in "$file" -noout -ext subjectAltName 2>/dev/null | grep -o 'DNS:[^,]*' | tr -d '\n')"
done

for folder in /etc/chasquid/domains/*/; do
  name=$(basename "$folder")
  tell domain "$name" "$(stat -c '%U:%G %a' "$folder")" "$(first "/var/lib/tapal/domains/$name")"
done
[ ! -x /usr/local/lib/tapal/gate/hook ] || tell file /usr/local/lib/tapal/gate/hook executable
getent group tapal-sign >/dev/null && tell group tapal-sign

if [ "$(systemctl is-active chasquid.service)" = active ]; then
  pid=$(systemctl show -P MainPID chasquid.service)
  case $(readlink "/proc/$pid/exe") in
  *'(deleted)') tell chasquid "an older version than is installed" ;;
  *) tell chasquid "$(bash /usr/local/lib/tapal/steps/chasquid-start.sh reads </dev/null 2>/dev/null)" ;;
  esac
fi
tell end
