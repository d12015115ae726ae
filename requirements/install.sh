#!/bin/sh
# Sets up what the project runs on: the system packages of system.txt, then .venv from the lock.
# Safe to run again at any time: a .venv that was not finished, or was made from another lock, is made anew.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
say() { printf '%s\n' "$*" >&2; }

"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || {
    say "setup: Python 3.11, 3.12 or 3.13 is needed and '$python' is not one of them; install one and call 'make setup PYTHON=python3.12'."
    exit 1
}

missing=$(
    sed 's/#.*//' requirements/system.txt | while read -r package probe; do
        [ -z "$package" ] || $probe >/dev/null 2>&1 || printf '%s ' "$package"
    done
)
# Debian ships the module that makes virtual environments in a package of its own.
"$python" -c 'import ensurepip' 2>/dev/null || missing="${missing}python3-venv "
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ]; then root=""; elif sudo -n true 2>/dev/null; then root="sudo -n"; else root=none; fi
    if [ "$root" != none ] && command -v apt-get >/dev/null; then
        say "setup: installing system packages: $missing"
        # shellcheck disable=SC2086  # both variables are lists of words
        { $root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq $missing; } >&2 ||
            say "setup: apt-get could not install them; type: sudo apt-get update && sudo apt-get install -y $missing"
    else
        say "setup: system packages are missing; type: sudo apt-get update && sudo apt-get install -y $missing"
    fi
fi

lock=requirements/test.txt
wanted="$("$python" -c 'import sys; print(sys.version)') $(pwd) $(cksum <$lock)"
if [ "$(cat .venv/.lock 2>/dev/null)" != "$wanted" ]; then
    say "setup: making .venv from $lock (a minute or two, about 3 GB)"
    rm -rf .venv
    "$python" -m venv .venv
    .venv/bin/python -m pip --disable-pip-version-check install --require-hashes -r $lock
    printf '%s' "$wanted" >.venv/.lock
fi
.venv/bin/python -m pip --disable-pip-version-check install -q --no-deps --no-build-isolation -e .
say "setup: ready"
