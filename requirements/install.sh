#!/usr/bin/env bash
# Sets up what the project runs on: the system packages of system.txt, then .venv from the lock. With the argument
# `test`, also the system packages that only tests need, system-test.txt; with the argument `system`, no more than the
# system packages.
# Safe to run again at any time: a .venv that was not finished, or was made from another lock, is made anew.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
lock=requirements/test.txt
log=_build/setup.log
say() { printf 'setup: %s\n' "$*" >&2; }
# Whatever runs: it may take Ctrl-C for a failure, which is not one to go on from.
trap 'exit 130' INT

"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || {
    say "Python 3.11, 3.12 or 3.13 is needed and '$python' is not one of them; install one and call 'make setup PYTHON=python3.12'."
    exit 1
}

# Of names such as `this|that` the first that apt knows, else the first: Ubuntu has not all that Debian has.
known() {
    local name
    for name in ${1//|/ }; do
        if apt-cache show "$name" >/dev/null 2>&1; then echo "$name" && return; fi
    done
    echo "${1%%|*}"
}

missing=()
while read -r package probe; do
    # The first of several is looked for before apt is asked, which takes a while.
    ${probe//PACKAGE/${package%%|*}} >/dev/null 2>&1 || ${probe//PACKAGE/$(known "$package")} >/dev/null 2>&1 || missing+=("$package")
done < <(grep -hv '^#' requirements/system.txt $([ "${1:-}" != test ] || echo requirements/system-test.txt))
# Debian ships the module that makes virtual environments in a package of its own.
"$python" -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
if [ ${#missing[@]} -gt 0 ]; then
    names() { for package in "${missing[@]}"; do known "$package"; done | xargs; }
    type_this="sudo apt-get update && sudo apt-get install -y $(names)"
    if [ "$(id -u)" = 0 ]; then root=(); elif sudo -n true 2>/dev/null; then root=(sudo -n); else root=(false); fi
    if [ "${root[*]}" != false ] && command -v apt-get >/dev/null; then
        say "installing system packages: $(names)"
        # shellcheck disable=SC2046  (what apt knows is another thing after an update; names have no spaces)
        { "${root[@]}" apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq $(names); } >&2 ||
            say "apt-get could not install them; type: $type_this"
    else
        say "system packages are missing; type: $type_this"
    fi
fi

[ "${1:-}" != system ] || exit 0

wanted="$("$python" -c 'import sys; print(sys.version)') $PWD $(cksum <$lock)"
if [ "$(cat .venv/.lock 2>/dev/null)" != "$wanted" ]; then
    [ ! -e .venv ] || say "replacing .venv, which is unfinished or was made from another lock"
    say "making .venv from $lock (half a minute to a few minutes, about 3 GB)"
    mkdir -p _build
    rm -rf .venv
    "$python" -m venv .venv
    # uv is several times faster, but knows nothing of pip's settings: where those are needed, pip does it.
    sed -n '/^uv==/,/[^\\]$/p' $lock >_build/uv.txt
    .venv/bin/python -m pip --disable-pip-version-check install -q --require-hashes -r _build/uv.txt >$log 2>&1 &&
        .venv/bin/uv pip install --python .venv/bin/python --compile-bytecode --require-hashes -r $lock 2>&1 |
        sed '/^ + /d' >&2 || {
        say "uv could not install the packages, so pip does (some minutes; $log shows how far it is)"
        .venv/bin/python -m pip --disable-pip-version-check install --require-hashes -r $lock >>$log 2>&1
    } || {
        say "pip failed; the end of $log says why:"
        tail -n 15 $log >&2
        exit 1
    }
    printf '%s' "$wanted" >.venv/.lock
fi
# The package itself, again when its name for pip, its version or its commands may have changed.
package=$(cksum pyproject.toml gdl_utils/__init__.py)
if [ "$(cat .venv/.package 2>/dev/null)" != "$package" ]; then
    .venv/bin/python -m pip --disable-pip-version-check install -q --no-deps --no-build-isolation -e .
    printf '%s' "$package" >.venv/.package
    say "ready"
fi
