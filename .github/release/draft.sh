#!/usr/bin/env bash
# Drafts the release of a tag on GitHub: its notes, its archives and their checksums. Nobody sees it until a maintainer
# publishes it. Run again, it brings the draft up to date.
#
#   draft.sh TAG NOTES DIRECTORY
#
# NOTES is the file of notes.sh, DIRECTORY holds the archives. Needs gh and GH_TOKEN.
set -euo pipefail

[ $# -eq 3 ] || { echo "usage: draft.sh TAG NOTES DIRECTORY" >&2; exit 2; }
tag="$1" notes="$2" directory="$3"

shopt -s nullglob
archives=("$directory"/tamis-"${tag#v}"-*.tar.gz)
[ ${#archives[@]} -gt 0 ] || { echo "release: there is no archive of $tag in $directory" >&2; exit 2; }

# One line an archive, as sha256sum --check reads it. sha256sum is not on macOS, shasum not on every Linux.
sums="$directory/SHA256SUMS"
(
  cd "$directory"
  if command -v sha256sum >/dev/null; then sha256sum -- "${archives[@]##*/}"; else shasum -a 256 -- "${archives[@]##*/}"; fi
) >"$sums.new"
mv "$sums.new" "$sums"

if draft="$(gh release view "$tag" --json isDraft --jq .isDraft 2>/dev/null)"; then
  [ "$draft" = true ] || { echo "release: $tag is published already; what is published stays as it is" >&2; exit 2; }
  gh release edit "$tag" --notes-file "$notes"
  gh release upload "$tag" --clobber "${archives[@]}" "$sums"
else
  gh release create "$tag" --draft --verify-tag --title "tamis ${tag#v}" --notes-file "$notes" "${archives[@]}" "$sums"
fi
