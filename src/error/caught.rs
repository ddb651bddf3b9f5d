//! Panics of crates that decode what a hostile input holds, caught and taken for a fault of that input.
//!
//! The standard library prints a panic before it is caught. Whether it does is for the program to say, not for a
//! library: [`is_caught`] tells a panic hook what is nobody's business. The command's hook asks it.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};

thread_local! {
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread would be caught and become a fault of an input: a panic hook need not print it.
pub fn is_caught() -> bool {
    IS_CAUGHT.get()
}

/// Calls `work`; `None` if it panics. What it works on must not be used again then.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = IS_CAUGHT.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(before);
    outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_nothing() {
        assert!(!is_caught());
        assert_eq!(catch(is_caught), Some(true));
        assert_eq!(catch(|| assert!(!is_caught(), "this panic is meant")), None);
        assert!(!is_caught());
    }
}
