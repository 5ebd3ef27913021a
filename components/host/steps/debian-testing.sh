# shellcheck shell=bash
# Where chasquid comes from: Debian's testing suite, which nothing else is taken from (the pin is a
# file of its own). Read by the steps `packages` and `chasquid-install`, after lib.sh; of their data
# it takes minimum= (version) and mirror= (a Debian mirror, or empty).

testing_source=/etc/apt/sources.list.d/tapal-testing.sources
os_release=/etc/os-release

is_debian() { grep -qx 'ID="\?debian"\?' "$os_release"; }

# debian_mirror: the one that the stack names, else the host's own, else Debian's own for all. A
# Debian archive is told from what others offer by its suite …-updates, or by its name.
debian_mirror() {
  local given
  given=$(setting mirror)
  if [ -z "$given" ] && is_debian; then
    # Without the lists, which a new server need not have yet: of `indextargets` nothing came then.
    given=$(apt-get update --print-uris |
      awk -F "'" '$2 ~ "/dists/.*/InRelease$" {
          split_at = match($2, "/dists/[^ ]*/InRelease$")
          uri[++n] = substr($2, 1, split_at - 1)
          suite[n] = substr($2, split_at + 7, length($2) - split_at - 16)
          there[uri[n], suite[n]]
        }
        END {
          for (i = 1; i <= n; i++) if ((uri[i], suite[i] "-updates") in there) { print uri[i]; exit }
          for (i = 1; i <= n; i++) if (uri[i] ~ /\/debian\/?$/) { print uri[i]; exit }
        }')
  fi
  echo "${given:-http://deb.debian.org/debian}"
}

# debian_keys: on Debian the host's own, which its package renews. Elsewhere those that tapal brings:
# a keyring of that name may be there, and years old.
debian_keys() {
  local own=/usr/share/keyrings/debian-archive-keyring.gpg
  if is_debian && [ -e "$own" ]; then echo "$own"; else echo /etc/apt/keyrings/tapal-debian.asc; fi
}

write_testing_source() {
  write_file "$testing_source" 644 <<END
# Written by tapal: chasquid alone comes from here, see /etc/apt/preferences.d/tapal-testing.
Types: deb
URIs: $(debian_mirror)
Suites: testing
Components: main
Signed-By: $(debian_keys)
END
}

# A removed package still has a version, as long as its configuration is there.
installed_chasquid() {
  dpkg-query -W -f='${db:Status-Status} ${Version}\n' chasquid 2>/dev/null | sed -n 's/^installed //p'
}

# offered_chasquid: what apt-get would install, empty if it knows of none.
offered_chasquid() { apt-cache policy chasquid | sed -n 's/^  Candidate: //p' | grep -vxF '(none)' || true; }

# is_enough VERSION: whether there is one, and it is not older than the stack's minimum.
is_enough() { [ -n "$1" ] && dpkg --compare-versions "$1" ge "$(setting minimum)"; }

# A policy-rc.d keeps the package from starting chasquid, which has neither a domain nor a certificate
# yet and would only fail. Somebody else's stays; one of ours was left by a step that was cut off.
policy=/usr/sbin/policy-rc.d
drop_own_policy() { ! grep -qs 'written by tapal' "$policy" || rm -f "$policy"; }
hold_chasquid() {
  drop_own_policy
  [ ! -e "$policy" ] || return 0
  trap drop_own_policy EXIT
  cat >"$policy" <<'END'
#!/bin/sh
# written by tapal while it installs chasquid
case $1 in chasquid*) exit 101 ;; esac
END
  chmod 755 "$policy"
}

# install_packages NAME…: all or, where they do not fit together or are not to be had, none.
install_packages() {
  local said
  said=$(mktemp)
  hold_chasquid
  quiet apt_get install "$@" | tee "$said" || explain_refusal "$(sed 's/^debug: //' "$said"; rm -f "$said")" "$*"
  rm -f "$said"
  drop_own_policy
}

# explain_refusal TEXT PACKAGES: ends the step with the cause that apt-get gave for not installing.
explain_refusal() {
  local package needs has
  package=$(sed -n 's/^E: Unable to locate package //p' <<<"$1" | head -n 1)
  [ -z "$package" ] || [ "$package" = chasquid ] ||
    fail "the host's package sources have no package $package" \
      "compare tapal:host.packages with what \`apt-cache search\` finds on the host"
  needs=$(sed -nE 's/.*\bchasquid\b.* Depends:? ([^ ]+ \([^)]*\)).*/\1/p' <<<"$1" | head -n 1)
  if [ -n "$needs" ]; then
    has=$(dpkg-query -W -f='${Version}' "${needs%% *}" 2>/dev/null || true)
    fail "chasquid $(offered_chasquid) needs $needs, and this host has ${has:-none}" \
      "rebuild the server with a newer release of its system (Debian 13, Ubuntu 24.04)"
  fi
  fail "apt-get could not install $2" \
    "see the lines above; \`apt-get -f install\` on the host mends a broken state"
}
