//! Completion scripts and manual pages.

use anyhow::Context;
use clap::CommandFactory;

use super::Tamis;
use crate::exit::Exit;
use crate::terminal::print_bytes;

/// Prints a completion script.
pub(super) fn completions(shell: clap_complete::Shell) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Tamis::command(), "tamis", &mut script);
    print_bytes(&script)
}

/// Prints a manual page.
pub(super) fn man(command: Option<&str>) -> anyhow::Result<Exit> {
    let mut tamis = Tamis::command();
    tamis.build();
    let page = match command {
        None => tamis,
        Some(name) => {
            let found = tamis.get_subcommands().find(|command| command.get_name() == name);
            let found = found.with_context(|| format!("{name}: unknown command; see `tamis --help`"))?;
            found.clone().name(format!("tamis-{name}"))
        }
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page).render(&mut roff)?;
    print_bytes(&roff)
}
