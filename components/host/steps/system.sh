#!/bin/bash
# Host name, time zone, locale, package mirror. Data: name=, timezone=, locale=, mirror= (the last
# three may be empty: then what the provider set stays). On destroy all are again as they were found.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

before=/var/lib/tapal/system
name=$(setting name)

# put_back: the mirror that a file of sources named before us.
put_back() {
  local file
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list; do
    [ ! -e "$file.before-tapal" ] || mv -fT "$file.before-tapal" "$file"
  done
}

if [ "$1" = delete ]; then
  put_back
  if [ -d "$before" ]; then
    hostnamectl set-hostname "$(cat "$before/name")"
    { cat "$before/hosts" && grep -vE '^127\.0\.1\.1[[:space:]]' /etc/hosts; } | write_file /etc/hosts 644
    ln -sfn "$(cat "$before/localtime")" /etc/localtime
    [ ! -e "$before/timezone" ] || write_file /etc/timezone 644 <"$before/timezone"
    write_file "$(readlink -f /etc/default/locale)" 644 <"$before/locale"
    rm -rf -- "$before"
  fi
  rm -f /etc/cloud/cloud.cfg.d/99-tapal.cfg
  say "host name, time zone and locale are again as they were found"
  exit 0
fi

if [ ! -d "$before" ]; then
  rm -rf -- "$before.new"
  install -d -m 0700 -- /var/lib/tapal "$before.new"
  cat /etc/hostname >"$before.new/name"
  grep -E '^127\.0\.1\.1[[:space:]]' /etc/hosts >"$before.new/hosts" || true
  readlink /etc/localtime >"$before.new/localtime" || echo /usr/share/zoneinfo/Etc/UTC >"$before.new/localtime"
  cp /etc/timezone "$before.new/timezone" 2>/dev/null || true
  cat /etc/default/locale >"$before.new/locale" 2>/dev/null || true
  mv -T "$before.new" "$before"
fi

if [ "$(hostname)" != "$name" ] || [ "$(cat /etc/hostname)" != "$name" ]; then
  say "host name: $name"
  hostnamectl set-hostname "$name"
fi
# The name must resolve on the host itself even while DNS does not know it yet.
if ! grep -qE "^127\.0\.1\.1[[:space:]]+$name( |\$)" /etc/hosts; then
  hosts=$(grep -vE '^127\.0\.1\.1[[:space:]]' /etc/hosts || true)
  printf '%s\n127.0.1.1 %s %s\n' "$hosts" "$name" "${name%%.*}" | write_file /etc/hosts 644
fi
# Otherwise cloud-init puts its own name back at the next boot.
if [ -d /etc/cloud/cloud.cfg.d ]; then
  printf 'preserve_hostname: true\nmanage_etc_hosts: false\n' |
    write_file /etc/cloud/cloud.cfg.d/99-tapal.cfg 644
fi

timezone=$(setting timezone)
if [ -n "$timezone" ] && [ "$(readlink /etc/localtime)" != "/usr/share/zoneinfo/$timezone" ]; then
  [ -e "/usr/share/zoneinfo/$timezone" ] ||
    fail "there is no time zone $timezone" "choose one of \`timedatectl list-timezones\` for tapal:host.timezone"
  say "time zone: $timezone"
  ln -sfn "/usr/share/zoneinfo/$timezone" /etc/localtime
  echo "$timezone" | write_file /etc/timezone 644
fi

# The distribution's own archive alone is moved: security updates come from their source, and what
# others keep below such a name (…/linux/debian) is theirs. The file as it was stays beside it, and
# comes back when the setting goes.
mirror=$(setting mirror)
archive='https?://[^/ ]+/(debian|ubuntu)/?( |$)'
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list; do
  if [ ! -f "$file" ] || [ "$file" = /etc/apt/sources.list.d/tapal-testing.sources ]; then continue; fi
  original=$file
  [ ! -e "$file.before-tapal" ] || original=$file.before-tapal
  if [ -z "$mirror" ]; then
    [ "$original" != "$file" ] || continue
    mv -fT "$original" "$file"
    say "package mirror in $file: as it was"
  elif grep -vE '//security\.' "$original" | grep -qE "$archive"; then
    [ "$original" != "$file" ] || cp -p "$file" "$file.before-tapal"
    sed -E "\#//security\.#! s#$archive#${mirror%/}\2#" "$file.before-tapal" | write_file "$file" 644
    say "package mirror in $file: $mirror"
  fi
done

locale=$(setting locale)
if [ -n "$locale" ] && ! locale -a 2>/dev/null | tr -d - | grep -qix "$(tr -d - <<<"$locale")"; then
  say "locale: $locale"
  if ! command -v locale-gen >/dev/null; then
    finish_dpkg
    quiet apt_get update
    quiet apt_get install locales
  fi
  sed -i -E "s/^# *($locale .*)/\1/" /etc/locale.gen
  grep -q "^$locale " /etc/locale.gen || echo "$locale ${locale#*.}" >>/etc/locale.gen
  quiet locale-gen
fi
# One of the two is a link to the other, depending on the release.
[ -z "$locale" ] || echo "LANG=$locale" | write_file "$(readlink -f /etc/default/locale)" 644
say "host name $name, time zone ${timezone:-as it was}, locale ${locale:-as it was}"
