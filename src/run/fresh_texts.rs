//! The texts of a run that stay, the grams of its texts, and the prints of its documents, kept on disk until the index is
//! written.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Result;
use crate::store::{Mark, Output, Scratch};
use crate::units::{self, count};

/// Texts in order of their places, in a store of this name.
pub(super) struct FreshTexts {
    name: &'static str,
    texts: Mutex<Option<Texts>>,
}

struct Texts {
    /// Each text behind the number of its bytes, a u32.
    store: Box<dyn Scratch>,
    len: u64,
}

/// The store of what near-duplicates are found by.
pub(super) const TEXTS: &str = "texts";
/// The store of grams.
pub(super) const GRAMS: &str = "grams";
/// The store of prints of documents that count, in blocks. What overflows is called prints.
pub(super) const PRINTS: &str = "counted";
/// Bytes that are read at once, or those of a text if they are more.
const AHEAD: u64 = 256 * 1024;
/// Bytes of the number before a text.
const HEAD: usize = 4;

impl FreshTexts {
    /// Nothing is taken in yet.
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, texts: Mutex::default() }
    }

    /// Poisoned only if a thread panicked, and then the run is over.
    fn lock(&self) -> MutexGuard<'_, Option<Texts>> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins anew.
    pub(super) fn begin(&self, output: &dyn Output) -> Result<()> {
        *self.lock() = Some(Texts { store: output.store(self.name)?, len: 0 });
        Ok(())
    }

    /// Takes in a text, which `encode` appends.
    pub(super) fn keep(&self, encode: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        let Some(texts) = &mut *self.lock() else { return Ok(()) };
        let mut bytes = vec![0; HEAD];
        encode(&mut bytes);
        let len = u32::try_from(bytes.len() - HEAD)
            .expect("a few kilobytes, a million grams, or a block of prints");
        bytes[..HEAD].copy_from_slice(&len.to_le_bytes());
        texts.store.append(&bytes)?;
        texts.len += count(bytes.len());
        Ok(())
    }

    /// Says what is taken in.
    pub(super) fn mark(&self) -> Result<Option<Mark>> {
        self.lock().as_mut().map(|texts| texts.store.mark()).transpose()
    }

    /// Resumes what an interrupted run took in.
    pub(super) fn resume(&self, mark: Mark, output: &dyn Output) -> Result<()> {
        *self.lock() = Some(Texts { store: output.reopen_store(self.name, mark)?, len: mark.len });
        Ok(())
    }

    /// Gives all texts in order, as `decode` understands them.
    pub(super) fn for_each<T>(
        &self,
        decode: impl Fn(&mut &[u8]) -> Option<T>,
        mut give: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let Some(Texts { store, len }) = &mut *self.lock() else { return Ok(()) };
        let (mut ahead, mut read, mut at) = (Vec::new(), 0, 0_usize);
        loop {
            // What is left of what was read, and as much more as makes a text whole.
            let rest = &ahead[at..];
            let text_len = rest.first_chunk().map(|len| u32::from_le_bytes(*len) as usize);
            if let Some(end) = text_len.map(|len| HEAD + len).filter(|end| *end <= rest.len()) {
                let text = decode(&mut &rest[HEAD..end]);
                give(text.ok_or_else(|| store.damaged(read - count(rest.len())))?)?;
                at += end;
                continue;
            }
            if read == *len {
                return if rest.is_empty() { Ok(()) } else { Err(store.damaged(read)) };
            }
            ahead.drain(..at);
            let (kept, more) = (ahead.len(), AHEAD.min(*len - read));
            ahead.resize(kept + units::index(more), 0);
            store.read_at(read, &mut ahead[kept..])?;
            (read, at) = (read + more, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::near::Synopsis;
    use crate::fingerprint::{NumberSample, Sample};
    use crate::index::IndexText;
    use crate::store::MemoryOutput;
    use crate::units::Ordinal;

    #[test]
    fn texts_come_back_in_order() {
        let text = |n: u64| IndexText {
            place: Ordinal(n * 3),
            digest: n,
            synopsis: Synopsis {
                len: n,
                bins: vec![7; 96],
                sample: Sample::default(),
                numbers: NumberSample::default(),
            },
        };
        let (texts, output) = (FreshTexts::new(TEXTS), MemoryOutput::new());
        let decode = |bytes: &mut &[u8]| IndexText::decode(0, 96, bytes);
        texts.for_each(decode, |_| panic!("there is none")).unwrap();
        texts.begin(&output).unwrap();
        (0..5000).for_each(|n| texts.keep(|bytes| text(n).encode(0, bytes)).unwrap());
        let mut back = Vec::new();
        let mut take = |text| {
            back.push(text);
            Ok(())
        };
        texts.for_each(decode, &mut take).unwrap();
        assert!(back.len() == 5000 && back.iter().zip(0..).all(|(back, n)| *back == text(n)));
    }
}
