//! The project itself: its pages are true, its order is kept, what stands around the command works.

mod action;
mod corpus;
mod ecosystem;
mod gate;
mod readme;
mod release;
mod runner;
mod tidy;
