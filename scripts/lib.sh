# SPDX-License-Identifier: Apache-2.0
# Shared by the scripts: where things are, and installing what is missing. Sourced by bash, from anywhere.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# packages STAGE…: the packages of these stages, one per line.
packages() { awk -v stages=" $* " '!/^#/ && NF == 2 && index(stages, " " $1 " ") { print $2 }' scripts/packages.list; }

missing_packages() {
  local name
  for name in $(packages "$@"); do
    dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || echo "$name"
  done
}

# install_packages STAGE…: installs what of these stages is not there; says so; needs root or sudo only then.
install_packages() {
  local missing sudo=()
  missing=$(missing_packages "$@")
  [[ -z $missing ]] && return
  command -v apt-get >/dev/null || die "not a Debian: install these yourself: $missing"
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || die "missing packages, and neither root nor sudo to install them: $missing"
    sudo=(sudo)
  fi
  say "Installing: $(echo $missing)"
  "${sudo[@]}" apt-get update -q
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
}

# Node and npm come from Debian, unless some are here already.
install_node() {
  local sudo=()
  command -v node >/dev/null && command -v npm >/dev/null && return
  [[ $(id -u) == 0 ]] || sudo=(sudo)
  say "Installing: nodejs npm"
  "${sudo[@]}" apt-get update -q
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends nodejs npm
}

# What the tests that drive a browser need.
install_node_modules() {
  if [[ ! -f tests/node_modules/.package-lock.json || tests/package-lock.json -nt tests/node_modules/.package-lock.json ]]; then
    say "Installing the tests' node modules"
    npm ci --prefix tests --ignore-scripts --no-audit --no-fund --silent
  fi
}

# build PRESET [TARGET…]
build() {
  local preset=$1
  shift
  if [[ ! -f build/$preset/build.ninja ]]; then
    say "Configuring ($preset)"
    cmake --preset "$preset" >/dev/null
  fi
  say "Building ($preset)"
  ninja -C "build/$preset" --quiet "$@"
}
