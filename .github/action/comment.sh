#!/usr/bin/env bash
# Comments on a pull request with the report of a check. There is one comment for each check of a job: a marker finds it
# again, and it is written anew. A check that passes begins no comment. Needs gh and GH_TOKEN.
#
# The gate is the check: if the comment cannot be written, as from a fork, a warning says so, and the step succeeds.
set -euo pipefail

warn() { printf '::warning title=tamis::%s\n' "$*"; }

if ! command -v gh >/dev/null; then
  warn "the pull request has no comment: gh is not installed on this runner"
  exit 0
fi

# GitHub takes 65,536 characters. Lines that do not fit are left out.
most=60000

if command -v sha256sum >/dev/null; then digest=(sha256sum); else digest=(shasum -a 256); fi
key="$(printf '%s\n' "${GITHUB_WORKFLOW:-}" "${GITHUB_JOB:-}" "${TAMIS_WORKING_DIRECTORY:-}" "${TAMIS_PATHS:-}" | "${digest[@]}" | cut -c 1-16)"
marker="<!-- tamis check $key -->"

body="$(mktemp "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/tamis-comment.XXXXXX")"
{
  printf '%s\n' "$marker"
  # A zero-width space behind each @ of a text: nobody is notified because a corpus names them.
  LC_ALL=C awk -v most="$most" '
    { gsub(/&#64;/, "\\&#64;\\&#8203;") }
    { length_so_far += length($0) + 1 }
    length_so_far > most { cut = 1; exit }
    { print }
    END { if (cut) print "\n_The report is longer; the page of the job has all of it._" }
  ' "$TAMIS_REPORT"
} >"$body"

comments="repos/$GITHUB_REPOSITORY/issues/$TAMIS_PULL_REQUEST/comments"
if ! found="$(gh api --paginate "$comments" --jq ".[] | select(.body | startswith(\"$marker\")) | .id")"; then
  warn "the pull request has no comment: its comments cannot be read; the job needs the permission pull-requests: write"
  exit 0
fi
id="${found%%$'\n'*}"
if [ -n "$id" ]; then
  call=(--method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id")
elif [ "${TAMIS_PASSED:-}" = true ]; then
  exit 0
else
  call=(--method POST "$comments")
fi
gh api "${call[@]}" --field "body=@$body" --silent \
  || warn "the comment cannot be written; the job needs the permission pull-requests: write, which a fork does not have"
