#!/bin/bash
# Gets the host's certificate by ACME (RFC 8555, HTTP-01) and leaves its renewal to certbot's timer.
# Data: name=, email=, directory=, ca= (file with the ACME server's own CA, or empty).
# The name servers are known to lead here by now (`DnsPropagation`): the CA counts failed attempts.
#
# ECDSA P-256 with a kept key: small, accepted everywhere, and TLSA records stay valid. An existing
# certificate that is not due is left alone: a second run asks the CA for nothing.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh

name=$(setting name)
lineage=/etc/letsencrypt/live/$name

if [ "$1" = delete ]; then
  if [ -d "$lineage" ]; then quiet certbot delete --non-interactive --cert-name "$name"; fi
  rm -rf -- "/etc/chasquid/certs/${name:?}"
  say "certificate of $name removed from the host"
  exit 0
fi

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
