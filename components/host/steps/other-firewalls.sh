# shellcheck shell=bash
# ufw and firewalld, which somebody has switched on beside our own firewall: our ports are let in
# there too, and nothing else of theirs is touched. Read by the step `firewall`, after lib.sh; of its
# data it takes ports= (TCP, separated by spaces).

ufw_settings=/etc/ufw/ufw.conf
ufw_rules=/etc/ufw/user.rules

ufw_works() { grep -qsi '^ENABLED=yes' "$ufw_settings"; }
firewalld_works() { systemctl is-active --quiet firewalld.service 2>/dev/null; }

# ufw_says PORT: what its first rule for everybody says of it, empty if there is none.
ufw_says() {
  sed -nE 's/^### tuple ### (allow|limit|deny|reject) (tcp|any) ([0-9:,]+|any) 0\.0\.0\.0\/0 any 0\.0\.0\.0\/0 .*in.*/\1 \3/p' "$ufw_rules" 2>/dev/null |
    awk -v port="$1" '{
      n = split($2, listed, ",")
      for (i = 1; i <= n; i++) {
        m = split(listed[i], ends, ":")
        if (listed[i] == "any" || (ends[1] <= port && port <= ends[m])) { print $1; exit }
      }
    }'
}

# open_elsewhere FILE: what is opened is noted there, to be closed again on destroy.
open_elsewhere() {
  local port
  for port in $(setting ports); do
    if ufw_works; then
      case $(ufw_says "$port") in
      allow | limit) ;;
      *)
        quiet ufw --force delete allow "$port/tcp" || true
        quiet ufw prepend allow "$port/tcp" comment tapal
        echo "ufw $port" >>"$1"
        say "ufw lets $port in now"
        ;;
      esac
    fi
    if firewalld_works && ! firewall-cmd -q --query-port="$port/tcp"; then
      quiet firewall-cmd --permanent --add-port="$port/tcp"
      quiet firewall-cmd --add-port="$port/tcp"
      echo "firewalld $port" >>"$1"
      say "firewalld lets $port in now"
    fi
  done
}

# close_elsewhere FILE
close_elsewhere() {
  local who port
  [ -e "$1" ] || return 0
  while read -r who port; do
    case $who in
    ufw) ! command -v ufw >/dev/null || quiet ufw --force delete allow "$port/tcp" || true ;;
    firewalld)
      quiet firewall-cmd --permanent --remove-port="$port/tcp" || true
      quiet firewall-cmd --remove-port="$port/tcp" || true
      ;;
    esac
  done < <(sort -u "$1")
}

# foreign_tables: those of neither of the two, nor ours, that filter what comes in. They may be
# anybody's, so that nothing is changed there.
foreign_tables() {
  nft list chains 2>/dev/null | awk '/^table/ {table = $2 " " $3} /type filter hook input/ {print table}' |
    sort -u | grep -vxE 'inet (tapal|firewalld)|ip6? filter' || true
}
