#!/usr/bin/env bash
# Runs `tamis check` as the action's inputs say. Each comes as a variable (TAMIS_PATHS, TAMIS_ARGS, ...) and goes to
# tamis as one argument or one a line: no shell ever reads it. Exits as tamis does.
set -euo pipefail

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

add --config "${TAMIS_CONFIG:-}"
add --baseline "${TAMIS_BASELINE:-}"
add --since-ref "${TAMIS_SINCE_REF:-}"
if [ "${TAMIS_ANNOTATIONS:-true}" = true ]; then add --format github; else add --format text; fi
if [ "${TAMIS_JOB_SUMMARY:-true}" = true ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  add --format "markdown=$GITHUB_STEP_SUMMARY"
fi
sarif="${TAMIS_SARIF:-}"
if [ "$sarif" != "${sarif//[$'\n\r']/}" ]; then
  echo "tamis: the input sarif is one file name, on one line" >&2
  exit 2
fi
if [ -n "$sarif" ]; then
  rm -f -- "$sarif" # what an earlier step left is not this one's report
  add --format "sarif=$sarif"
fi
add_lines "${TAMIS_ARGS:-}"
if [ -n "${TAMIS_PATHS:-}" ]; then
  command+=(--)
  add_lines "$TAMIS_PATHS"
fi

code=0
"${command[@]}" || code=$?

passed=false
if [ "$code" = 0 ]; then passed=true; fi
{
  echo "exit-code=$code"
  echo "passed=$passed"
  if [ -n "$sarif" ] && [ -f "$sarif" ]; then echo "sarif=$sarif"; fi
} >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$code"
