#!/usr/bin/env bash
# Installs what the program needs into venv/, and after the word `dev` what its tests need too: once,
# and again when the requirements have changed or the last time did not come to its end. A link is
# lab/setup.sh's work, which has both in it.
set -euo pipefail
cd "$(dirname "$0")/.."

files=(requirements.txt)
if [[ ${1:-} == dev || -e venv/.dev ]]; then
  files+=(requirements-dev.txt)
fi

if [[ -L venv ]]; then
  [[ ${1:-} == dev ]] || exit 0
  hash=$(cat requirements.txt requirements-dev.txt | sha256sum | cut -c1-12)
  [[ $(readlink venv) != *-"$hash" ]] || exit 0
  echo "✗ venv is a link to packages that another requirements-dev.txt asked for" >&2
  echo "      cure: make setup (Debian, as root), or for a venv without root: rm venv" >&2
  exit 1
fi
! cat "${files[@]}" | cmp -s - venv/.installed || exit 0

if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "✗ $(python3 --version 2>&1) is what python3 is here, and 3.11 or newer is needed" >&2
  echo "      cure: install one, and put it first: PATH=/where/it/is/bin:\$PATH" >&2
  exit 1
fi
wanted=${files[${#files[@]} - 1]}
echo "· installing the Python packages of $wanted into venv/ (once, half a minute)" >&2
python3 -m venv --clear venv
venv/bin/pip install --quiet --disable-pip-version-check --use-pep517 -r "$wanted"
[[ $wanted != requirements-dev.txt ]] || touch venv/.dev
cat "${files[@]}" >venv/.installed
