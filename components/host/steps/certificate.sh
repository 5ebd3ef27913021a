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
directory=$(setting directory)
lineage=/etc/letsencrypt/live/$name

if [ "$1" = delete ]; then
  if [ -d "$lineage" ]; then quiet certbot delete --non-interactive --cert-name "$name"; fi
  rm -rf -- "/etc/chasquid/certs/${name:?}"
  quiet systemctl try-restart chasquid.service # which would go on offering it
  say "certificate of $name removed from the host"
  exit 0
fi

ca=$(setting ca)
[ -z "$ca" ] || export REQUESTS_CA_BUNDLE=$ca

# keep: what is not due stays, unless it is another CA's (Let's Encrypt's staging one, say).
keep=--keep-until-expiring
before=$(sed -n 's/^server = //p' "/etc/letsencrypt/renewal/$name.conf" 2>/dev/null || true)
if [ -n "$before" ] && [ "$before" != "$directory" ]; then
  say "the certificate so far is from $before"
  keep=--force-renewal
fi

said=$(mktemp)
trap 'rm -f "$said"' EXIT

# explain: fails with the cause that certbot's words name.
explain() {
  case $(cat "$said") in
  *"bind TCP port 80"* | *"binding to port 80"*)
    fail "port 80 of the host is taken ($(ss -Hltnp 'sport = :80' | sed -n 's/.*users:((\(.*\)))/\1/p' | head -n 1)), and the CA must be answered there" \
      "stop what listens there and keep it from starting again, then run \`pulumi up\` again" ;;
  *rateLimited* | *"too many"*)
    fail "the CA has had too many requests for $name or from here" \
      "wait until the time that stands above; meanwhile tapal:acme.directory can name its staging server" ;;
  *NXDOMAIN* | *"DNS problem"* | *"no valid A records"*)
    fail "the CA cannot look up $name in the DNS" "the reason stands above; is the domain's DNSSEC, or its CAA record, right?" ;;
  *ConnectionError* | *"Max retries exceeded"* | *"establish a new connection"* | *"Read timed out"* | *"Temporary failure in name resolution"* | *"service is down"*)
    fail "the CA at $directory does not answer" \
      "is it up (Let's Encrypt: letsencrypt.status.io), and can the host connect to it? Then run \`pulumi up\` again" ;;
  *)
    fail "the CA gave no certificate for $name" \
      "the reason stands above; it must reach http://$name/ on port 80 from outside (provider's firewall?)" ;;
  esac
}

say "asking $directory for a certificate of $name"
certbot certonly --non-interactive --agree-tos --no-eff-email \
  --standalone --preferred-challenges http-01 \
  --email "$(setting email)" --server "$directory" \
  --cert-name "$name" --domain "$name" \
  --key-type ecdsa --elliptic-curve secp256r1 --reuse-key "$keep" </dev/null 2>&1 |
  tee "$said" | sed -u 's/^/debug: /' || explain
quiet systemctl enable --now certbot.timer
systemctl reset-failed certbot.service 2>/dev/null || true # of a renewal that is made good by now
install_certificate "$name"
say "certificate of $name: $(openssl x509 -in "$lineage/cert.pem" -noout -enddate | sed 's/notAfter=/valid until /')"
