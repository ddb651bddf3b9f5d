//! The help of `tamis check`: which options its short form leaves out, and the end of the long form.

/// The end of the long help.
pub(crate) const HELP: &str = "\
Reads the inputs and decides as `clean` would, with the same options and tamis.toml, and writes nothing. It fails if \
`clean` would remove or reject more than the limits allow. Limits on counts are 0 unless they are set.

The limits, --allow, --baseline, --since-ref and --format can also be set in the table [check] of tamis.toml, under their \
long names. If a baseline or report is inside an input, it is not read as input.

Exit codes: 0 passed, 1 a limit is exceeded, 2 error, 130 interrupted.

Examples:
  tamis check corpus
      Fail if the corpus has any duplicate paragraph, emptied document or rejected input.
  tamis check corpus --write-baseline known.txt && tamis check corpus --baseline known.txt
      Accept today's problems, and fail only if new ones appear.
  tamis check corpus --since-ref origin/main --format github --format sarif=tamis.sarif
      In CI: report only problems that are new since origin/main.";

/// Options of groups that the short help of `check` leaves out.
pub(super) const SECONDARY: [&str; 8] =
    ["split", "exact", "near_preset", "text_field", "include", "exclude", "encoding", "threads"];
