#!/bin/sh
# Reads, writes or deletes one file on the host; the content comes on stdin, all else as
# arguments. Sent whole as `sh -c`, so that it needs nothing installed on a blank host.
#
#   read   PATH                            "MODE OWNER:GROUP" and a newline, then the content
#   write  PATH MODE OWNER:GROUP VALIDATE new|ours
#                                          temp file, validate, fsync, rename: whole or not at all
#   delete PATH                            puts back what was there before us, if anything was;
#                                          folders that we made go when they are empty
#
# Exit status 44: there is no such file.
set -eu

action=$1
path=$2

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
  [ "$6" != new ] || keep "$new" "$path"
  sync -- "$new"
  mv -fT -- "$new" "$path"
  printf '%s\n' "$path" | note
  sync -- "$folder"
  ;;
delete)
  put_back "$path"
  leave_folder "$(dirname -- "$path")"
  printf '%s\n' "$path" | forget # not before: whoever forgets the last one removes the account
  leave_nothing
  ;;
esac
