#!/bin/bash
# A mail domain's folder, which makes the domain local. Data: domain=.
# On destroy it goes last, after the files in it, and chasquid forgets the domain.
# shellcheck source=components/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

domain=$(setting domain)
folder=/etc/chasquid/domains/$domain
if [ "$1" = apply ]; then
  install -d -m 0755 -- "$folder"
  say "$folder is there"
  exit 0
fi
rmdir --ignore-fail-on-non-empty -- "$folder" 2>/dev/null || true
[ ! -d "$folder" ] || say "$folder stays: it holds files that are not ours"
# Without any domain chasquid does not start; then there is nothing to restart either.
if systemctl is-active --quiet chasquid.service; then
  if compgen -G "/etc/chasquid/domains/*/" >/dev/null; then
    quiet systemctl restart chasquid.service
  else
    quiet systemctl stop chasquid.service
  fi
fi
say "$domain is no longer local"
