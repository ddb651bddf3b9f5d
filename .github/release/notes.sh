#!/usr/bin/env bash
# Prints the notes of a release: the section of CHANGELOG.md about its version.
#
#   notes.sh TAG [DIRECTORY]
#
# TAG is `v` and the version. Fails if it is not the version of Cargo.toml in DIRECTORY (default: this repository), or if
# the changelog has nothing to say about it.
set -euo pipefail

fail() {
  printf 'release: %s\n' "$*" >&2
  exit 2
}

tag="${1:-}"
directory="${2:-$(cd "$(dirname "$0")/../.." && pwd)}"
[[ "$tag" =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "'$tag' is not a release tag; write it as v1.2.3"
version="${tag#v}"

declared="$(sed -n 's/^version = "\(.*\)"$/\1/p' "$directory/Cargo.toml" | head -n 1)"
[ "$version" = "$declared" ] \
  || fail "the tag says $version and Cargo.toml says $declared; set \`version\` in Cargo.toml, commit, and tag that commit"

# A section ends at the next heading of its level, or at the link definitions at the end of the file.
notes="$(awk -v heading="## [$version]" '
  { sub(/\r$/, "") }
  index($0, "## ") == 1 { inside = index($0, heading) == 1; next }
  inside && /^\[[^]]*\]: / { next }
  inside { print }
' "$directory/CHANGELOG.md")"
# Blank lines around it go.
notes="$(printf '%s\n' "$notes" | sed -e '/./,$!d')"
[ -n "$notes" ] || fail "CHANGELOG.md has no text under '## [$version]'; rename '## [Unreleased]' to that"
printf '%s\n' "$notes"
