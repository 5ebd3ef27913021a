#!/bin/bash
# A mail domain's folder, which makes the domain local. Data: domain=, stack= (whose it is),
# server= (the host's name). On destroy it is removed last, after the files in it, and
# chasquid forgets the domain.
#
# Stacks may share a server: a domain belongs to the stack that came first, until that destroys it.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

domain=$(setting domain)
stack=$(setting stack)
folder=/etc/chasquid/domains/$domain
owners=/var/lib/tapal/domains
owner=$(cat "$owners/$domain" 2>/dev/null || true)

if [ "$1" = apply ]; then
  server=$(sed -n 's/^hostname: *"\(.*\)"$/\1/p' /etc/chasquid/chasquid.conf 2>/dev/null || true)
  [ "$server" = "$(setting server)" ] || [ ! -e /etc/chasquid/chasquid.conf ] ||
    fail "this server is $server, not $(setting server)" \
      "compare tapal:host and tapal:hostStack with the host's own stack"
  [ -z "$owner" ] || [ "$owner" = "$stack" ] ||
    fail "$domain is served for the stack $owner already" \
      "take the domain out of one of the two stacks; after renaming a stack: rm $owners/$domain on the host"
  install -d -m 0755 -- "$owners" "$folder"
  write_file "$owners/$domain" 644 <<<"$stack"
  say "$folder is there"
  exit 0
fi

if [ -n "$owner" ] && [ "$owner" != "$stack" ]; then
  say "$folder stays: $domain is served for the stack $owner by now"
  exit 0
fi
rmdir --ignore-fail-on-non-empty -- "$folder" 2>/dev/null || true
[ ! -d "$folder" ] || say "$folder stays: it holds files that are not ours"
rm -f -- "$owners/$domain"
rmdir --ignore-fail-on-non-empty -- "$owners" 2>/dev/null || true
# Without any domain chasquid does not start; then there is nothing to restart either.
if systemctl is-active --quiet chasquid.service; then
  if compgen -G "/etc/chasquid/domains/*/" >/dev/null; then
    quiet systemctl restart chasquid.service
  else
    quiet systemctl stop chasquid.service
  fi
fi
say "$domain is no longer local"
