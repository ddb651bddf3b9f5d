# Sourced by check.sh: the revision that a change is compared with, when the input `since-ref` is `auto`.
# shellcheck shell=bash
#
# find_base prints the commit, or nothing if there is none; says on standard error which it is and why.
#
# TAMIS_PULL_REQUEST_BASE  the commit that a pull request or a merge queue wants to change
# TAMIS_EVENT_BEFORE       the commit that the branch stood at before a push; zeros if it is new
# TAMIS_DEFAULT_BRANCH     the repository's default branch

note() { printf 'tamis: %s\n' "$*" >&2; }

is_here() { git cat-file -e "$1^{commit}" 2>/dev/null; }

# Whether the commit is here, or can be fetched. A shallow checkout holds the last commit only.
get_commit() {
  if is_here "$1"; then return 0; fi
  local depth=()
  if [ "$(git rev-parse --is-shallow-repository)" = true ]; then depth=(--depth=1); fi
  git fetch --quiet --no-tags ${depth[@]+"${depth[@]}"} origin "$1" 2>/dev/null && is_here "$1"
}

# Where the current commit left the default branch, if it did.
fork_point() {
  local branch="${TAMIS_DEFAULT_BRANCH:-}"
  [ -n "$branch" ] && git rev-parse --verify --quiet "refs/remotes/origin/$branch^{commit}" >/dev/null || return 1
  local commit
  commit="$(git merge-base HEAD "refs/remotes/origin/$branch" 2>/dev/null)" || return 1
  # The default branch itself was pushed: its own last commit is not what was there before.
  [ "$commit" != "$(git rev-parse HEAD)" ] || return 1
  printf '%s\n' "$commit"
}

find_base() {
  local base="${TAMIS_PULL_REQUEST_BASE:-}" why commit
  if ! git rev-parse --git-dir >/dev/null 2>&1; then
    note "since-ref auto: this is not a git repository, so everything counts that is not in the baseline"
    return
  fi
  if [ -n "$base" ]; then
    if get_commit "$base"; then
      note "since-ref auto: compared with $base, the base of the pull request"
      printf '%s\n' "$base"
      return
    fi
    note "since-ref auto: the base of the pull request, $base, is not in this checkout and cannot be fetched; give \
actions/checkout the input fetch-depth: 0"
    return 2
  fi
  base="${TAMIS_EVENT_BEFORE:-}"
  if [ -z "$base" ]; then
    note "since-ref auto: this event has nothing before it, so everything counts that is not in the baseline"
    return
  fi
  if [ -z "${base//0/}" ]; then
    why="this branch is new"
  elif get_commit "$base"; then
    note "since-ref auto: compared with $base, the commit before this push"
    printf '%s\n' "$base"
    return
  else
    why="the commit before this push, $base, is gone (the push was forced)"
  fi
  if commit="$(fork_point)"; then
    note "since-ref auto: $why; compared with $commit, where it left $TAMIS_DEFAULT_BRANCH"
    printf '%s\n' "$commit"
    return
  fi
  note "since-ref auto: $why, and there is nothing to compare with, so everything counts that is not in the baseline"
}
