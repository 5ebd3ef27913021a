#!/bin/bash
# Runs Postfix, Dovecot for its passwords and a milter until it is killed, in mount and process
# namespaces of its own, so that nothing is left of them. Usage: boot.sh LOWER FOLDER MILTER
set -euo pipefail
lower=$1 folder=$2 milter=$3
root=$folder/root

mount -t overlay overlay -o "lowerdir=$lower,upperdir=$folder/upper,workdir=$folder/work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount --rbind /dev "$root/dev"
mount --bind "$folder/queue" "$root/var/spool/postfix"
# shellcheck disable=SC2016  # the inner shell expands it
exec chroot "$root" bash -euc '
  install -d -m 0777 /run/milter
  postfix check
  dovecot
  case $0 in
  opendkim) opendkim ;;
  rspamd) rspamd -u _rspamd -g _rspamd -c /etc/rspamd/signing.conf ;;
  esac
  for _ in $(seq 100); do
    [ ! -S /run/milter/milter.sock ] || [ ! -S /var/spool/postfix/private/auth ] || break
    sleep 0.1
  done
  postfix start
  sleep infinity &
  wait # and reaps what else ends here' "$milter"
