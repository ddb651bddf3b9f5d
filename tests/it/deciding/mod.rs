//! Rules that judge whole documents, or paragraphs by the documents around them: which go and which stay.

mod annotate;
mod boilerplate;
mod damage;
mod document_filters;
mod edits;
mod exact_units;
mod language;
mod layout;
mod quality;
