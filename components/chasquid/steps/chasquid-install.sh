#!/bin/bash
# Installs chasquid from Debian's testing suite, where the step `packages` has not (it was removed
# since). Data: minimum=, mirror= (see debian-testing.sh). It is not started yet, but one that runs is
# started anew with the program that lies there.
# shellcheck source=components/host/steps/lib.sh
. /usr/local/lib/tapal/steps/lib.sh
# shellcheck source=components/host/steps/debian-testing.sh
. /usr/local/lib/tapal/steps/debian-testing.sh

finish_dpkg
if [ "$1" = delete ]; then
  # `remove`, not `purge`: the queue in /var/lib/chasquid may hold mail.
  quiet apt_get remove chasquid
  rm -f "$testing_source"
  say "chasquid removed; its queue stays in /var/lib/chasquid"
  exit 0
fi

# A process goes on with the program that it was started from, even when that was replaced: by this
# step, or by an upgrade at a time when a policy-rc.d kept services from being restarted.
restart_if_replaced() {
  local pid
  pid=$(systemctl show -P MainPID chasquid.service)
  case $(readlink "/proc/$pid/exe" || true) in
  *' (deleted)')
    say "starting chasquid anew, with the program that was installed since"
    quiet systemctl daemon-reload
    quiet systemctl restart chasquid.service ||
      fail "chasquid $(installed_chasquid) did not start" "systemctl status chasquid on the host says why"
    ;;
  esac
}

drop_own_policy
write_testing_source
if is_enough "$(installed_chasquid)"; then
  restart_if_replaced
  say "chasquid $(installed_chasquid) is there"
  exit 0
fi

# fetch_list: of this source only; the others' are as fresh as `packages` left them.
fetch_list() {
  quiet apt_get -o Dir::Etc::SourceList="$testing_source" -o Dir::Etc::SourceParts=- \
    -o APT::Get::List-Cleanup=0 update ||
    fail "the list of Debian testing could not be fetched from $(debian_mirror)" \
      "is the mirror reachable from the host? tapal:server.debianMirror names another"
}
say "installing chasquid from Debian testing"
fetch_list
is_enough "$(offered_chasquid)" ||
  fail "$(debian_mirror) offers chasquid $(offered_chasquid), older than $(setting minimum)" \
    "older versions have known holes; set tapal:server.debianMirror to a current mirror"
install_packages chasquid
restart_if_replaced
say "chasquid $(installed_chasquid) installed"
