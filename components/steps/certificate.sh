#!/bin/bash
# Gets the host's certificate by ACME (RFC 8555, HTTP-01) and leaves its renewal to certbot's timer.
# Data: name=, email=, directory=, ca= (file with the ACME server's own CA, or empty), ipv4=, ipv6=.
#
# ECDSA P-256 with a kept key: small, accepted everywhere, and TLSA records stay valid. An existing
# certificate that is not due is left alone: a second run asks the CA for nothing.
# shellcheck source=components/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

name=$(setting name)
lineage=/etc/letsencrypt/live/$name

if [ "$1" = delete ]; then
  if [ -d "$lineage" ]; then quiet certbot delete --non-interactive --cert-name "$name"; fi
  rm -rf -- "/etc/chasquid/certs/${name:?}"
  say "certificate of $name removed from the host"
  exit 0
fi

# The CA asks the name, not us: a wrong address would cost one of its few failed attempts an hour.
resolved=$(getent ahosts "$name" | awk '$1 !~ /^127\./ {print $1}' | sort -u)
for _ in $(seq 30); do
  [ -z "$resolved" ] || break
  sleep 2
  resolved=$(getent ahosts "$name" | awk '$1 !~ /^127\./ {print $1}' | sort -u)
done
known=$(ip -o address show | awk '{sub("/.*", "", $4); print $4}')
for address in $resolved; do
  grep -qxF "$address" <<<"$known" || [ "$address" = "$(setting ipv4)" ] ||
    fail "$name points to $address, which is not an address of this server" \
      "remove that A/AAAA record of $name, or correct tapal:host.ipv4 and host.ipv6; the CA was not asked"
done

ca=$(setting ca)
[ -z "$ca" ] || export REQUESTS_CA_BUNDLE=$ca

say "asking $(setting directory) for a certificate of $name"
if ! quiet certbot certonly --non-interactive --agree-tos --no-eff-email \
  --standalone --preferred-challenges http-01 \
  --email "$(setting email)" --server "$(setting directory)" \
  --cert-name "$name" --domain "$name" \
  --key-type ecdsa --elliptic-curve secp256r1 --reuse-key --keep-until-expiring; then
  fail "the CA gave no certificate for $name" \
    "it must reach http://$name/ on port 80 from outside (provider's firewall?); the reason stands above"
fi
quiet systemctl enable --now certbot.timer
/etc/letsencrypt/renewal-hooks/deploy/tapal "$lineage"
say "certificate of $name: $(openssl x509 -in "$lineage/cert.pem" -noout -enddate | sed 's/notAfter=/valid until /')"
