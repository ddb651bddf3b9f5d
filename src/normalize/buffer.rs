//! The buffer in which key text is made: written by index into memory that stays mapped and initialized, so
//! that folding a character is a store and an addition.

/// Key text in the making.
#[derive(Debug)]
pub struct KeyBuffer {
    bytes: Box<[u8]>,
    len: usize,
}

/// Room: what [`super::KeySink::flush`] may leave (8 KiB), and what folding one piece of 4 KiB can add (3.5
/// times as much, where each character of 2 bytes becomes 7), with some to spare for padding.
const ROOM: usize = 24 * 1024;

impl Default for KeyBuffer {
    fn default() -> Self {
        Self { bytes: vec![0; ROOM].into_boxed_slice(), len: 0 }
    }
}

impl KeyBuffer {
    /// The key text so far, or what is left of it after the last flush.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Forgets all of it.
    #[inline]
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Forgets the first `count` bytes.
    pub fn drop_front(&mut self, count: usize) {
        let count = count.min(self.len);
        self.bytes.copy_within(count..self.len, 0);
        self.len -= count;
    }

    /// The last byte.
    #[inline]
    pub fn last(&self) -> Option<u8> {
        self.as_bytes().last().copied()
    }

    /// Takes the last byte off.
    #[inline]
    pub fn pop(&mut self) {
        self.len = self.len.saturating_sub(1);
    }

    /// Appends; grows past the usual room if it must.
    pub fn extend(&mut self, more: &[u8]) {
        let end = self.len + more.len();
        if end > self.bytes.len() {
            let mut grown = std::mem::take(&mut self.bytes).into_vec();
            grown.resize(end.next_multiple_of(ROOM), 0);
            self.bytes = grown.into_boxed_slice();
        }
        self.bytes[self.len..end].copy_from_slice(more);
        self.len = end;
    }

    /// All the room, and where the text in it ends; call [`Self::set_len`] with the new end after writing.
    #[inline]
    pub(super) fn room(&mut self) -> (&mut [u8], usize) {
        (&mut self.bytes, self.len)
    }

    #[inline]
    pub(super) fn set_len(&mut self, len: usize) {
        self.len = len.min(self.bytes.len());
    }

    /// The text followed by `padding` zero bytes, to be changed at will.
    #[inline]
    pub fn padded(&mut self, padding: usize) -> &mut [u8] {
        let end = self.len + padding;
        if end > self.bytes.len() {
            let len = self.len;
            self.extend(&vec![0; padding]);
            self.len = len;
        }
        self.bytes[self.len..end].fill(0);
        &mut self.bytes[..end]
    }
}
