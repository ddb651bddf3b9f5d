#!/usr/bin/env bash
# Finds tamis for the action, or builds it from the action's own source.
#
#   install.sh find    found=true if there is a tamis on PATH of the wanted version (TAMIS_VERSION; empty, any);
#                      else the key and the directory of a build
#   install.sh build   builds into TAMIS_ROOT
set -euo pipefail

source_dir="$(cd "$(dirname "$0")/../.." && pwd)"

# sha256sum is not on macOS, shasum not on every Linux.
digest() {
  if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi
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
  } | digest | cut -c 1-32)"
  {
    echo "found=false"
    echo "key=$key"
    echo "root=$RUNNER_TEMP/tamis"
  } >>"$GITHUB_OUTPUT"
}

case "${1:-}" in
  find) find_tamis ;;
  build) cargo install --locked --quiet --path "$source_dir" --root "$TAMIS_ROOT" ;;
  *)
    echo "usage: install.sh find|build" >&2
    exit 2
    ;;
esac
