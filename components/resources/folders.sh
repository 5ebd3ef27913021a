#!/bin/sh
# Folders on the host: made with a mark, so that only ours go. Sent in front of a script.

# Which folders we made, so that `delete` takes these and no others with it.
made=/var/lib/tapal/made

# make_folder FOLDER: with its parents, each that was missing marked as ours.
make_folder() {
  [ ! -d "$1" ] || return 0
  make_folder "$(dirname -- "$1")"
  install -d -m 0755 -- "$1"
  install -d -m 0700 -- "$made$1"
  : >"$made$1/.ours"
}

# leave_folder FOLDER: removes it, and its parents, as long as they are ours and empty.
leave_folder() {
  [ -e "$made$1/.ours" ] && rmdir -- "$1" 2>/dev/null || return 0
  rm -f -- "$made$1/.ours"
  rmdir -- "$made$1" 2>/dev/null || true
  leave_folder "$(dirname -- "$1")"
}

# keep NEW PATH, put_back PATH: what lay at a path before us (a package's own version of the file, or
# a hand-made one) is kept away from it, since in some folders every file is read, or even run.
before=/var/lib/tapal/before
keep() {
  [ -f "$2" ] && [ ! -e "$before$2" ] && ! cmp -s -- "$1" "$2" || return 0
  install -d -m 0700 -- "${before%/*}" "$(dirname -- "$before$2")"
  cp -p -- "$2" "$before$2"
}
put_back() {
  rm -f -- "$1"
  [ ! -e "$before$1" ] || mv -fT -- "$before$1" "$1"
}

# Which files are ours, a path a line, so that all can be read at once (host_files.py).
notes=/var/lib/tapal/files

# noted COMMAND…: puts what it makes of the notes so far into their place. One at a time.
noted() {
  install -d -m 0700 -- "${notes%/*}"
  (
    flock 9
    [ -e "$notes" ] || : >"$notes"
    "$@" >"$notes.new" || true
    if [ -s "$notes.new" ]; then mv -fT -- "$notes.new" "$notes"; else rm -f -- "$notes" "$notes.new"; fi
  ) 9<"${notes%/*}"
}

# note, forget: the paths on standard input are ours from now on, or no longer.
note() { noted sort -u -- "$notes" -; }
forget() { noted grep -vxF -f - -- "$notes"; }

# leave_nothing: what we keep account in goes when there is nothing to account for. Others may be
# doing the same, or filling it again: what cannot be removed now is theirs to remove.
leave_nothing() {
  # A folder that others have put something into by now is theirs.
  [ -e "$notes" ] || rm -rf -- "$made"
  [ ! -d /var/lib/tapal ] || find /var/lib/tapal -depth -type d -empty -delete 2>/dev/null || true
}

