#!/usr/bin/env bash
# Runs `tamis check` as the action's inputs say. Each comes as a variable (TAMIS_PATHS, TAMIS_ARGS, ...) and goes to
# tamis as one argument or one a line: no shell ever reads it. Exits as tamis does.
set -euo pipefail

# shellcheck source=.github/action/base.sh
. "$(dirname "$0")/base.sh"

if [ -n "${TAMIS_ROOT:-}" ]; then
  PATH="$TAMIS_ROOT/bin:$PATH"
fi

command=(tamis check)

# The lines of $1, as arguments. A line that is blank is none.
add_lines() {
  local line
  while IFS= read -r line; do
    line="${line%$'\r'}"
    if [ -n "${line//[[:space:]]/}" ]; then command+=("$line"); fi
  done <<<"$1"
}

# An option and its value, if there is one. Joined, a value may begin with a dash.
add() {
  if [ -n "$2" ]; then command+=("$1=$2"); fi
}

# Refuses a file name that would tell the workflow another output.
one_line() {
  if [ "$2" != "${2//[$'\n\r']/}" ]; then
    echo "tamis: the input $1 is one file name, on one line" >&2
    exit 2
  fi
}

# A file as later steps name it, which run in the workspace and not in the working directory.
from_workspace() {
  local directory="${TAMIS_WORKING_DIRECTORY:-.}"
  directory="${directory%/}"
  case "$1" in
    /*) printf '%s\n' "$1" ;;
    *) if [ "$directory" = . ]; then printf '%s\n' "$1"; else printf '%s\n' "$directory/$1"; fi ;;
  esac
}

one_line sarif "${TAMIS_SARIF:-}"
one_line page "${TAMIS_PAGE:-}"
one_line working-directory "${TAMIS_WORKING_DIRECTORY:-}"

since="${TAMIS_SINCE_REF:-}"
baseline="${TAMIS_BASELINE:-}"
if [ "$since" = auto ]; then
  since="$(find_base)"
  # What the base holds already, it need not be told of by the baseline.
  if [ -n "$since" ]; then baseline=""; fi
fi

report="$(mktemp "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/tamis-report.XXXXXX")"
add --config "${TAMIS_CONFIG:-}"
add --baseline "$baseline"
add --since-ref "$since"
if [ "${TAMIS_ANNOTATIONS:-true}" = true ]; then add --format github; else add --format text; fi
add --format "markdown=$report"
for format in sarif page; do
  if [ "$format" = sarif ]; then file="${TAMIS_SARIF:-}"; else file="${TAMIS_PAGE:-}"; fi
  if [ -n "$file" ]; then
    rm -f -- "$file" # what an earlier step left is not this one's report
    add --format "${format/page/html}=$file"
  fi
done
add_lines "${TAMIS_ARGS:-}"
if [ -n "${TAMIS_PATHS:-}" ]; then
  command+=(--)
  add_lines "$TAMIS_PATHS"
fi

code=0
"${command[@]}" || code=$?

passed=false
if [ "$code" = 0 ]; then passed=true; fi
if [ ! -s "$report" ]; then
  printf '**tamis check could not run** (exit code %s): the log of this job says why.\n' "$code" >"$report"
fi
if [ "${TAMIS_JOB_SUMMARY:-true}" = true ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  cat -- "$report" >>"$GITHUB_STEP_SUMMARY"
fi
{
  echo "exit-code=$code"
  echo "passed=$passed"
  echo "report=$report"
  if [ -n "${TAMIS_SARIF:-}" ] && [ -f "$TAMIS_SARIF" ]; then echo "sarif=$(from_workspace "$TAMIS_SARIF")"; fi
  if [ -n "${TAMIS_PAGE:-}" ] && [ -f "$TAMIS_PAGE" ]; then echo "page=$(from_workspace "$TAMIS_PAGE")"; fi
} >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$code"
