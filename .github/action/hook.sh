#!/usr/bin/env bash
# The hook for pre-commit: runs `tamis check` with the arguments that it is given. Takes the tamis of this version that is
# on PATH; else it gets one once (install.sh), and keeps it in this directory, which pre-commit keeps for the hook.
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
source_dir="$(cd "$here/../.." && pwd)"
version="$(sed -n 's/^version = "\(.*\)"$/\1/p' "$source_dir/Cargo.toml" | head -n 1)"

if command -v tamis >/dev/null && [ "$(tamis --version)" = "tamis $version" ]; then
  exec tamis check "$@"
fi

root="$source_dir/.tamis"
if [ ! -x "$root/bin/tamis" ]; then
  # A hook inherits variables that lead git to another repository.
  ask() { env -u GIT_DIR -u GIT_WORK_TREE -u GIT_INDEX_FILE -u GIT_PREFIX git -C "$source_dir" "$@" 2>/dev/null || true; }
  TAMIS_ROOT="$root" \
    TAMIS_REPOSITORY="$(ask remote get-url origin)" \
    TAMIS_REF="$(ask describe --tags --exact-match --match "v$version")" \
    bash "$here/install.sh" get
fi
exec "$root/bin/tamis" check "$@"
