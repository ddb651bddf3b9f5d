//! Tests of `<doc>` dumps.
