//! What goes and what stays, by the rules that judge whole documents.

mod document_filters;
mod layout;
