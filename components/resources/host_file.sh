#!/bin/sh
# Reads, writes or deletes one file on the host; the content comes on stdin, all else as
# arguments. Sent whole as `sh -c`, so that it needs nothing installed on a blank host.
#
#   read   PATH                            "MODE OWNER:GROUP" and a newline, then the content
#   write  PATH MODE OWNER:GROUP VALIDATE new|ours
#                                          temp file, validate, fsync, rename: whole or not at all
#   delete PATH COMMAND                    puts back what was there before us, if anything was;
#                                          folders that we made go when they are empty; then runs
#                                          COMMAND, if it is not empty
#
# Exit status 44: there is no such file.
set -eu

action=$1
path=$2
# Kept away from the file itself: in some folders every file is read, or even run.
before=/var/lib/tapal/before$path

case $action in
read)
  [ -f "$path" ] || exit 44
  stat -c '%a %U:%G' -- "$path"
  cat -- "$path"
  ;;
write)
  mode=$3 owner=$4 validate=$5
  folder=$(dirname -- "$path")
  make_folder "$folder"
  # In the same folder, since only then is the rename atomic; a dot file, since run-parts,
  # sysctl.d and their like skip those.
  new=$(mktemp -- "$folder/.tapal.XXXXXXXX")
  trap 'rm -f -- "$new"' EXIT
  cat >"$new"
  chown -- "$owner" "$new"
  chmod -- "$mode" "$new"
  if [ -n "$validate" ]; then
    # The validate command is ours (a constant of the program), so word splitting is wanted.
    # shellcheck disable=SC2086
    $validate "$new" 1>&2
  fi
  # A package's own version of the file, or a hand-made one, is kept for `delete`.
  if [ "$6" = new ] && [ -f "$path" ] && [ ! -e "$before" ] && ! cmp -s -- "$new" "$path"; then
    install -d -m 0700 -- /var/lib/tapal "$(dirname -- "$before")"
    cp -p -- "$path" "$before"
  fi
  sync -- "$new"
  mv -fT -- "$new" "$path"
  printf '%s\n' "$path" | note
  sync -- "$folder"
  ;;
delete)
  rm -f -- "$path"
  [ ! -e "$before" ] || mv -fT -- "$before" "$path"
  leave_folder "$(dirname -- "$path")"
  printf '%s\n' "$path" | forget # not before: whoever forgets the last one removes the account
  leave_nothing
  # A constant of the program, so word splitting is wanted.
  # shellcheck disable=SC2086
  [ -z "${3-}" ] || $3 1>&2
  ;;
esac
