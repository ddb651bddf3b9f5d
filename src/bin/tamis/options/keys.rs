//! Names of options, taken from their declarations.

use clap::{Arg, Args, Command};

/// The options of a group, as they are declared.
pub(super) fn arguments<Group: Args>() -> Vec<Arg> {
    Group::augment_args(Command::new("options")).get_arguments().cloned().collect()
}

/// The key of an option: its long name, or the name of the positional one.
pub(super) fn key(option: &Arg) -> &str {
    option.get_long().unwrap_or_else(|| option.get_id().as_str())
}

/// Leaves options of groups, by their fields, out of the short help of a command.
pub(crate) fn secondary(fields: &'static [&'static str]) -> impl FnMut(Arg) -> Arg {
    move |option: Arg| {
        let is_secondary = fields.contains(&option.get_id().as_str());
        if is_secondary { option.hide_short_help(true) } else { option }
    }
}

/// Hides options of groups, by their fields, that mean nothing to a command; [`super::Layers::refuse`] says so to
/// who types one.
pub(crate) fn hidden(fields: &'static [&'static str]) -> impl FnMut(Arg) -> Arg {
    move |option: Arg| {
        let is_hidden = fields.contains(&option.get_id().as_str());
        if is_hidden { option.hide(true) } else { option }
    }
}
