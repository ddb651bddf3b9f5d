#!/usr/bin/env bash
# Gets tamis for the action and for the pre-commit hook: one that is installed, a released binary, or a build of this very
# source.
#
#   install.sh find   found=true if the wanted version of tamis is on PATH; else the directory that `get` installs into and
#                     a key under which that can be cached
#   install.sh get    puts tamis into TAMIS_ROOT/bin: downloads the released binary if there is one, builds it otherwise
#
# TAMIS_VERSION     the wanted version; empty, any that is on PATH, and otherwise that of this source
# TAMIS_REPOSITORY  where releases are: OWNER/NAME, or the address of a repository
# TAMIS_REF         what the source was taken by. Unless a version is asked for, only a release's own tag, v and its
#                   version, stands for the binary of that release: a branch or a commit may hold other code of the same
#                   version, and is built.
set -euo pipefail

source_dir="$(cd "$(dirname "$0")/../.." && pwd)"

say() { printf 'tamis: %s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 2
}

# The first value of a key in Cargo.toml.
declared() { sed -n "s/^$1 = \"\(.*\)\"\$/\1/p" "$source_dir/Cargo.toml" | head -n 1; }

# sha256sum is not on macOS, shasum not on every Linux.
digest() {
  if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

find_tamis() {
  local version=""
  if command -v tamis >/dev/null; then
    version="$(tamis --version)"
    version="${version#tamis }"
  fi
  if [ -n "$version" ] && { [ -z "${TAMIS_VERSION:-}" ] || [ "$version" = "$TAMIS_VERSION" ]; }; then
    echo "tamis $version is on PATH"
    echo "found=true" >>"$GITHUB_OUTPUT"
    return
  fi
  # What the binary is built of, and the compiler that builds it.
  local key
  key="$({
    cd "$source_dir"
    find Cargo.toml Cargo.lock src -type f | LC_ALL=C sort | while IFS= read -r file; do cat "$file"; done
    rustc --version 2>/dev/null || true
    printf '%s\n' "${TAMIS_VERSION:-}" "${TAMIS_REF:-}"
  } | digest | cut -c 1-32)"
  {
    echo "found=false"
    echo "key=$key"
    echo "root=$RUNNER_TEMP/tamis"
  } >>"$GITHUB_OUTPUT"
}

# The target that release archives are named by; none if there is no binary for this machine.
target() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo x86_64-unknown-linux-musl ;;
    Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-musl ;;
    Darwin-x86_64) echo x86_64-apple-darwin ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
  esac
}

# The address that releases are downloaded from; none if the repository is unknown or not on the web.
releases() {
  local repository="${TAMIS_REPOSITORY:-}"
  repository="${repository%.git}"
  case "$repository" in
    "" | /* | .* | file:*) ;;
    https://*) echo "$repository/releases/download" ;;
    git@*:*)
      repository="${repository#git@}"
      echo "https://${repository%%:*}/${repository#*:}/releases/download"
      ;;
    *:*) ;;
    */*) echo "${GITHUB_SERVER_URL:-https://github.com}/$repository/releases/download" ;;
  esac
}

fetch() { curl --fail --silent --show-error --location --retry 3 --proto '=https' --output "$2" "$1"; }

# Downloads the released binary. Fails if there is none; ends the script if what was downloaded is not what was released.
download() {
  local version="$1" target releases name work expected found
  target="$(target)"
  releases="$(releases)"
  if [ -z "$target" ] || [ -z "$releases" ] || ! command -v curl >/dev/null; then return 1; fi
  name="tamis-$version-$target"
  work="$(mktemp -d)"
  # shellcheck disable=SC2064 # the directory of now
  trap "rm -rf '$work'" EXIT
  fetch "$releases/v$version/SHA256SUMS" "$work/SHA256SUMS" || return 1
  expected="$(awk -v name="$name.tar.gz" '$2 == name { print $1 }' "$work/SHA256SUMS")"
  [ -n "$expected" ] || return 1
  fetch "$releases/v$version/$name.tar.gz" "$work/archive" || return 1
  found="$(digest <"$work/archive")"
  [ "$found" = "$expected" ] || fail "$releases/v$version/$name.tar.gz: its SHA-256 is $found, and SHA256SUMS of the \
release says $expected; nothing was installed; run the job again, and tell the maintainers if it stays so"
  tar -xzf "$work/archive" -C "$work"
  mkdir -p "$TAMIS_ROOT/bin"
  # In one step, as another hook may run at the same time.
  mv "$work/$name/tamis" "$TAMIS_ROOT/bin/tamis.new$$"
  mv -f "$TAMIS_ROOT/bin/tamis.new$$" "$TAMIS_ROOT/bin/tamis"
  say "downloaded $name, whose checksum is right"
}

# Ends the script if the compiler is missing or too old, before anything is compiled.
check_compiler() {
  local needed version
  needed="$(declared rust-version)"
  if ! command -v cargo >/dev/null || ! command -v rustc >/dev/null; then
    fail "there is no released binary for this machine and version, and no Rust to build one with; install Rust $needed or \
later (https://rustup.rs), or put tamis on PATH"
  fi
  version="$(rustc --version)"
  version="${version#rustc }"
  version="${version%%[ -]*}"
  if ! awk -v needed="$needed" -v version="$version" 'BEGIN {
    split(needed, n, "."); split(version, v, ".")
    exit !(v[1] + 0 > n[1] + 0 || (v[1] + 0 == n[1] + 0 && v[2] + 0 >= n[2] + 0))
  }'; then
    fail "building tamis takes Rust $needed or later, and this is Rust $version; run \`rustup update stable\` first, or \
put tamis on PATH"
  fi
}

get() {
  local own version
  own="$(declared version)"
  version="${TAMIS_VERSION:-$own}"
  if [ -n "${TAMIS_VERSION:-}" ] || [ "${TAMIS_REF:-}" = "v$version" ]; then
    if download "$version"; then return; fi
    say "there is no binary of tamis $version to download for this machine"
  fi
  [ "$version" = "$own" ] || fail "tamis $version is asked for and this source is tamis $own; take this action at v$version, \
or leave the version out"
  check_compiler
  say "building tamis $own; this takes some minutes"
  local built="$TAMIS_ROOT/build$$"
  CARGO_TARGET_DIR="$built/target" cargo install --locked --quiet --path "$source_dir" --root "$built"
  mkdir -p "$TAMIS_ROOT/bin"
  mv -f "$built/bin/tamis" "$TAMIS_ROOT/bin/tamis"
  rm -rf "$built"
}

case "${1:-}" in
  find) find_tamis ;;
  get) get ;;
  *)
    echo "usage: install.sh find|get" >&2
    exit 2
    ;;
esac
