#!/bin/sh
# Reads, writes or deletes a folder's files on the host, all at once; what they hold comes and goes
# as a tar archive, since every Debian has tar. Sent whole as `sh -c`, behind folders.sh.
#
#   read   FOLDER NAME…                    an archive of those of the named files that are there
#   write  FOLDER MODE OWNER:GROUP OLD…    stdin: an archive of all files. Each is renamed into
#                                          its place, whole or not at all; what lay there of a name
#                                          that is not among the OLD ones is kept; then those of the
#                                          OLD names go that the archive does not hold
#   delete FOLDER NAME…                    removes these files, and puts back what was there before
#                                          us; folders that we made go when empty
#
# Exit status 44: none of the files is there.
set -eu

action=$1
folder=$2
shift 2

case $action in
read)
  [ -d "$folder" ] || exit 44
  cd -- "$folder"
  found=0
  for name; do
    if [ -f "$name" ]; then
      # Put at the end of the arguments; the loop goes over those it began with.
      set -- "$@" "$name"
      found=$((found + 1))
    fi
  done
  [ "$found" -gt 0 ] || exit 44
  shift $(($# - found))
  tar -cf - -- "$@"
  ;;
write)
  mode=$1 owner=$2
  shift 2
  make_folder "$folder"
  # What a run that was killed has left.
  find "$folder" -maxdepth 1 -type d -name '.tapal.????????' -exec rm -rf -- {} +
  # On the same file system, since only then is a rename atomic; a dot file, so that nobody reads it.
  new=$(mktemp -d -- "$folder/.tapal.XXXXXXXX")
  trap 'rm -rf -- "$new"' EXIT
  tar -xf - -C "$new" --no-same-owner
  find "$new" -type f -exec chmod -- "$mode" {} + -exec chown -- "$owner" {} + -exec sync -- {} +
  # Listed first: who lists a folder while it changes may see a name twice.
  names=$(find "$new" -type f -printf '%P\n')
  olds=$(printf '%s\n' "$@")
  printf '%s\n' "$names" | while IFS= read -r name; do
    into=$(dirname -- "$folder/$name")
    make_folder "$into"
    printf '%s\n' "$olds" | grep -qxF -- "$name" || keep "$new/$name" "$folder/$name"
    mv -fT -- "$new/$name" "$folder/$name"
    sync -- "$into"
  done
  for name; do printf '%s\n' "$folder/$name"; done | forget
  printf '%s\n' "$names" | while IFS= read -r name; do printf '%s\n' "$folder/$name"; done | note
  for name; do
    printf '%s\n' "$names" | grep -qxF -- "$name" || put_back "$folder/$name"
  done
  ;;
delete)
  for name; do
    put_back "$folder/$name"
    leave_folder "$(dirname -- "$folder/$name")"
  done
  leave_folder "$folder"
  # Not before: whoever forgets the last one removes the account.
  for name; do printf '%s\n' "$folder/$name"; done | forget
  leave_nothing
  ;;
esac
