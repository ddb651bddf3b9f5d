//! Rules that judge whole documents: which go and which stay.

mod document_filters;
mod exact_units;
mod layout;
