//! The sections that not every index has, behind all others that hold content: grams, and prints.

use super::super::layout::{Section, checksum};
use super::super::{IndexPassage, IndexReader};
use super::{BUG, IndexWriter, error};
use crate::error::Result;
use crate::units::{Ordinal, count};

impl IndexWriter<'_> {
    /// Adds the grams of a text, behind all texts. Places ascend.
    ///
    /// # Errors
    /// [`Error::Index`] if they do not or are in no run, or if the index holds no grams, and those of the file.
    pub fn push_passage(&mut self, passage: &IndexPassage) -> Result<()> {
        self.begin_grams()?;
        let run = self.ends.partition_point(|end| *end <= passage.place.0);
        let num_passages = self.runs.get_mut(run).and_then(|run| run.num_passages.as_mut());
        let is_next = self.open_grams.push(passage.place, |start, out| passage.encode(start, out));
        let Some(num_passages) = num_passages.filter(|_| is_next && self.prints.is_none()) else {
            return Err(error(format!("the grams at {:?} are out of place", passage.place), BUG));
        };
        *num_passages += 1;
        if self.open_grams.is_full() { self.end_grams() } else { Ok(()) }
    }

    /// Adds the grams of all texts of another index, whose first place is `base` in this one. Blocks are copied as they
    /// are.
    ///
    /// # Errors
    /// [`Error::Index`] if they are out of place or the other is damaged, and those of the file.
    pub fn push_passages_of(&mut self, index: &IndexReader, base: Ordinal) -> Result<()> {
        self.begin_grams()?;
        self.end_grams()?;
        if index.settings().grams.is_some() != self.extras.grams || self.prints.is_some() {
            return Err(error(format!("{index:?} is out of place"), BUG));
        }
        for run in index.runs() {
            let own = self.runs.iter_mut().find(|own| own.name == run.name);
            if let Some(own) = own.and_then(|own| own.num_passages.as_mut()) {
                *own += run.num_passages.unwrap_or(0);
            }
        }
        for number in 0..index.num_gram_blocks() {
            let block = index.gram_block(number)?;
            self.write_grams(base.0 + index.gram_fence(number), &block)?;
        }
        self.open_grams.skip_to(base.0 + index.num_places());
        Ok(())
    }

    /// Ends the texts, the first time.
    fn begin_grams(&mut self) -> Result<()> {
        if self.grams.is_none() {
            self.begin_texts()?;
            self.end_texts()?;
            self.grams = Some(self.at());
        }
        Ok(())
    }

    /// Ends a block of grams.
    fn end_grams(&mut self) -> Result<()> {
        match self.open_grams.take() {
            Some((place, block)) => self.write_grams(place, &block),
            None => Ok(()),
        }
    }

    fn write_grams(&mut self, place: u64, block: &[u8]) -> Result<()> {
        let crc = checksum(Section::Grams, count(self.gram_fences.len()), block);
        self.gram_fences.push((place, self.at()));
        self.write_block(block, crc)
    }

    /// Adds a block of prints of so many documents, of which the first stands at a place of a run that counts sources. It
    /// comes behind all grams. Places ascend.
    ///
    /// # Errors
    /// [`Error::Index`] if they do not or are in no such run, and those of the file.
    pub fn push_prints(&mut self, place: Ordinal, num_documents: u64, block: &[u8]) -> Result<()> {
        self.begin_prints()?;
        let run = self.ends.partition_point(|end| *end <= place.0);
        let num_counted = self.runs.get_mut(run).and_then(|run| run.num_counted.as_mut());
        let is_next = self.print_fences.last().is_none_or(|(last, _)| *last < place.0);
        let Some(num_counted) = num_counted.filter(|_| is_next && self.extras.prints) else {
            return Err(error(format!("the prints at {place:?} are out of place"), BUG));
        };
        *num_counted += num_documents;
        self.write_prints(place.0, block)
    }

    /// Adds all prints of another index, whose first place is `base` in this one. Blocks are copied as they are.
    ///
    /// # Errors
    /// [`Error::Index`] if the other is damaged, and those of the file.
    pub fn push_prints_of(&mut self, index: &IndexReader, base: Ordinal) -> Result<()> {
        self.begin_prints()?;
        for run in index.runs() {
            let own = self.runs.iter_mut().find(|own| own.name == run.name);
            if let Some(own) = own.and_then(|own| own.num_counted.as_mut()) {
                *own += run.num_counted.unwrap_or(0);
            }
        }
        for number in 0..index.num_print_blocks() {
            let block = index.print_block(number)?;
            self.write_prints(base.0 + index.print_fence(number), &block)?;
        }
        Ok(())
    }

    /// Ends the grams, the first time.
    pub(super) fn begin_prints(&mut self) -> Result<()> {
        if self.prints.is_none() {
            self.begin_grams()?;
            self.end_grams()?;
            self.prints = Some(self.at());
        }
        Ok(())
    }

    fn write_prints(&mut self, place: u64, block: &[u8]) -> Result<()> {
        let crc = checksum(Section::Prints, count(self.print_fences.len()), block);
        self.print_fences.push((place, self.at()));
        self.write_block(block, crc)
    }
}
