#!/usr/bin/env bash
# The Python tools of the tests (test/python/requirements.txt) in an environment of their own, beside the
# native stack. Prints the path of its interpreter, for TEST_PYTHON; quick when everything is there.
set -euo pipefail

checkout="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
requirements="$checkout/test/python/requirements.txt"
stack_home="$(realpath -m "${CHRONOFOLIO_STACK_HOME:-$checkout/.chronofolio/stack}")"
home="$stack_home/python"
marker="$home/installed"
wanted="$(sha256sum <"$requirements")"

is_installed() { [[ -x "$home/bin/python" && -r "$marker" && "$(<"$marker")" == "$wanted" ]]; }

can_make() { python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

install_python() {
  local as_root=()
  ((EUID == 0)) || as_root=(sudo)
  "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq \
    --no-install-recommends python3 python3-venv ca-certificates
}

make_environment() {
  can_make || install_python
  rm -rf "$home"
  python3 -m venv "$home"
  # What is imported is compiled then; compiling everything takes longer than all the rest.
  "$home/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-compile \
    --requirement "$requirements"
  printf '%s\n' "$wanted" >"$marker"
}

install -d -m 755 "$stack_home"
exec 8>"$stack_home/python.lock"
flock --timeout 600 8
is_installed || make_environment >&2
echo "$home/bin/python"
