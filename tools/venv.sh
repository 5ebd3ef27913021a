#!/usr/bin/env bash
# Installs what the program needs into venv/: once, and again when requirements.txt has changed or
# the last time did not come to its end. A link is lab/setup.sh's work, which has more in it.
set -euo pipefail
cd "$(dirname "$0")/.."

[[ ! -L venv ]] || exit 0
! cmp -s requirements.txt venv/.installed || exit 0

if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "✗ $(python3 --version 2>&1) is what python3 is here, and 3.11 or newer is needed" >&2
  echo "      cure: install one, and put it first: PATH=/where/it/is/bin:\$PATH" >&2
  exit 1
fi
echo "· installing the Python packages of requirements.txt into venv/ (once, half a minute)" >&2
python3 -m venv --clear venv
venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
cp requirements.txt venv/.installed
