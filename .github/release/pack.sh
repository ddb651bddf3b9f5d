#!/usr/bin/env bash
# Packs a binary into the archive of a release: tamis-VERSION-TARGET.tar.gz with one directory of that name.
#
#   pack.sh VERSION TARGET BINARY DIRECTORY
#
# Writes the archive into DIRECTORY and prints its path. Cargo.toml ([package.metadata.binstall]) and the GitHub action
# expect this name and this content; a test compares them.
set -euo pipefail

[ $# -eq 4 ] || { echo "usage: pack.sh VERSION TARGET BINARY DIRECTORY" >&2; exit 2; }
version="$1" target="$2" binary="$3" directory="$4"
root="$(cd "$(dirname "$0")/../.." && pwd)"

# A binary for musl runs on every Linux, because it needs nothing from it.
case "$target" in
  *-linux-musl)
    if ldd "$binary" 2>/dev/null | grep -q '=>'; then
      echo "release: $binary is not static: it needs $(ldd "$binary" | awk '/=>/ { print $1; exit }')" >&2
      exit 2
    fi
    ;;
esac

name="tamis-$version-$target"
staging="$(mktemp -d)"
trap 'rm -rf "$staging"' EXIT
mkdir -p "$staging/$name/man" "$staging/$name/completions" "$directory"
cp "$binary" "$staging/$name/tamis"
chmod 755 "$staging/$name/tamis"
cp "$root/README.md" "$root/CHANGELOG.md" "$root/LICENSE-MIT" "$root/LICENSE-APACHE" "$staging/$name/"
"$binary" man >"$staging/$name/man/tamis.1"
for command in clean check init inspect verify explain report; do
  "$binary" man "$command" >"$staging/$name/man/tamis-$command.1"
done
"$binary" completions bash >"$staging/$name/completions/tamis.bash"
"$binary" completions zsh >"$staging/$name/completions/_tamis"
"$binary" completions fish >"$staging/$name/completions/tamis.fish"
tar -czf "$directory/$name.tar.gz" -C "$staging" "$name"
printf '%s\n' "$directory/$name.tar.gz"
