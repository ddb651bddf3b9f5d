//! A source, read as a stream of pieces: unpacked by what its first bytes say, member by member if it is an
//! archive, each piece ending where a paragraph or a record ends.

use std::sync::Arc;

use super::archive::{Content, Members, TarMembers, ZipMembers};
use super::chunk::{Reread, Role, Slot};
use super::container::text::TextPiece;
use super::container::{Columns, Rows};
use super::content::{Archive, Compression, Wrap};
use super::fault::{Fault, Trouble};
use super::open::{Document, Found, Opener, Origin};
use super::spool::Spooler;
use crate::discover::{Format, Plan, Source, is_packed};
use crate::document::Kind;
use crate::error::{Error, RejectReason, Result, SkipReason};
use crate::store::Input;
use crate::units::{SourceId, count};

use super::ReadContext;
use super::decompress::Position;

/// A piece of a source.
#[derive(Debug)]
pub struct Piece {
    pub(super) source: SourceId,
    pub(super) role: Role,
    pub(super) kind: Kind,
    pub(super) wrap: Wrap,
    pub(super) is_first: bool,
    pub(super) is_last: bool,
    pub(super) body: Body,
    /// What is wrong after the body.
    pub(super) end: End,
    /// Bytes of the source that were read for it.
    pub(super) num_bytes: u64,
    pub(super) encoding: &'static str,
    pub(super) num_replaced: u64,
    /// Its place in the source.
    pub(super) place: PiecePlace,
}

/// The place of a piece in its source: what of the source it belongs to, and its number there. What is left off
/// half-way changes nothing for what follows.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize,
)]
pub struct PiecePlace {
    /// 0 for a document or the beginning of an archive, then one more for each member, and the end of an archive.
    unit: u64,
    number: u64,
}

impl PiecePlace {
    /// The place of a part; of the next one if it follows in the same unit.
    fn of(role: &Role, last: Option<Self>) -> Self {
        let unit = match role {
            Role::Whole | Role::ArchiveStart => 0,
            Role::Member(member) => member.number + 1,
            Role::ArchiveEnd => u64::MAX,
        };
        let number = last.filter(|last| last.unit == unit).map_or(0, |last| last.number + 1);
        Self { unit, number }
    }

    /// The first place that may come after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self { number: self.number + 1, ..self }
    }
}

/// How a piece ends.
#[derive(Debug)]
pub(super) enum End {
    Well,
    Skipped(SkipReason),
    Fault(Fault),
    Reread(Reread),
}

/// What a piece holds.
#[derive(Debug)]
pub(super) enum Body {
    /// Whole paragraphs of a text document.
    Text(TextPiece),
    /// Whole lines, whose records are still to be found.
    Lines(Vec<u8>),
    /// Records that were found already.
    Records(Records),
}

/// Records that were found while they were read, their texts not decoded yet. Spans are in `bytes`.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) bytes: Vec<u8>,
    pub(super) slots: Vec<Slot>,
    /// Line feeds in the bytes.
    pub(super) num_lines: u64,
    /// Records that are not for us.
    pub(super) skipped: Vec<SkipReason>,
    /// The columns of a table of text.
    pub(super) columns: Option<Arc<Columns>>,
    /// The rows of a table.
    pub(super) rows: Option<Rows>,
}

/// What a reader of one document or container gives.
pub(super) struct Take {
    pub(super) body: Body,
    pub(super) is_last: bool,
    /// What is wrong after the body.
    pub(super) end: End,
}

impl End {
    /// The end of what goes well but for a fault.
    pub(super) fn of(fault: Option<Fault>) -> Self {
        fault.map_or(Self::Well, Self::Fault)
    }
}

impl Piece {
    /// The source it is a piece of.
    pub fn source(&self) -> SourceId {
        self.source
    }

    /// Its place in the source.
    pub fn place(&self) -> PiecePlace {
        self.place
    }

    /// Bytes of text it holds.
    pub fn len(&self) -> u64 {
        count(match &self.body {
            Body::Text(piece) => piece.bytes.len(),
            Body::Lines(bytes) => bytes.len(),
            Body::Records(records) => records.bytes.len(),
        })
    }

    /// Whether it holds no text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Why a stream stops before its end.
#[derive(Debug)]
pub enum Stop {
    /// The run cannot go on.
    Fatal(Error),
    /// There is more to unpack than may be unpacked here.
    OverBudget,
}

/// A source that is being read.
pub struct Stream<'a> {
    source: Source<'a>,
    opener: Opener<'a>,
    input: &'a dyn Input,
    /// Bytes of the file read, and those a piece was given out for.
    position: Position,
    num_told: u64,
    state: State,
    /// The place of the last piece.
    last: Option<PiecePlace>,
}

enum State {
    Start,
    Document(Document),
    Archive { members: Box<dyn Members>, wrap: Wrap, current: Option<Document> },
    Done,
}

impl std::fmt::Debug for Stream<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("source", &self.source).finish_non_exhaustive()
    }
}

impl<'a> Stream<'a> {
    /// A stream of `source`, which is opened with its first piece.
    pub fn new(
        input: &'a dyn Input,
        source: Source<'a>,
        (context, how): (&'a ReadContext, Option<Reread>),
        spooler: &'a dyn Spooler,
    ) -> Self {
        let position = Position::default();
        let opener = Opener { context, how, spooler, position: position.clone() };
        Self { source, opener, input, position, num_told: 0, state: State::Start, last: None }
    }

    /// The source being read.
    pub fn source(&self) -> SourceId {
        self.source.id
    }

    /// The place that the next piece may have.
    pub fn next_place(&self) -> PiecePlace {
        self.last.map_or(PiecePlace::default(), PiecePlace::next)
    }

    /// Whether more is to be done for the next piece than to read it.
    pub fn is_unpacking(&self) -> bool {
        match &self.state {
            State::Start => is_packed(self.source.place.relative),
            State::Document(document) => document.is_unpacked(),
            State::Archive { .. } => true,
            State::Done => false,
        }
    }

    /// Leaves off the document, or member of this number, if it is the one that is being read.
    pub fn leave_off(&mut self, unit: u64) {
        match &mut self.state {
            State::Archive { current, .. } => {
                current.take_if(|document| document.member_number() == Some(unit));
            }
            state => *state = State::Done,
        }
    }

    /// Reads the next piece into `buffer`; `None` after the last.
    ///
    /// # Errors
    /// [`Stop::Fatal`] if there is no space to unpack to, [`Stop::OverBudget`] if the stream may not unpack as
    /// much as it would have to.
    pub fn next_piece(&mut self, buffer: Vec<u8>) -> std::result::Result<Option<Piece>, Stop> {
        loop {
            match &mut self.state {
                State::Done => return Ok(None),
                State::Start => {
                    if let Some(piece) = self.start()? {
                        return Ok(Some(piece));
                    }
                }
                State::Document(_) => return self.document(buffer).map(Some),
                State::Archive { current: Some(_), .. } => return self.member(buffer).map(Some),
                State::Archive { .. } => {
                    if let Some(piece) = self.next_member()? {
                        return Ok(Some(piece));
                    }
                }
            }
        }
    }

    /// Opens the source.
    fn start(&mut self) -> std::result::Result<Option<Piece>, Stop> {
        let format = if let Plan::Read(format) = self.source.plan { *format } else { Format::Sniff };
        let (kind, wrap) = (format.kind(), Wrap::default());
        let opened = self.input.open(self.source.place);
        let is_open = opened.is_ok();
        let found = match opened {
            Err(error) => Err(Fault::of(&error).into()),
            Ok(file) => self.opener.open(file, format, Origin::of(self.source)),
        };
        let found = match found {
            Ok(found) => found,
            Err(trouble) => {
                self.state = State::Done;
                let mut fault = fault(trouble)?;
                if fault.reason == RejectReason::Unreadable && is_open {
                    fault = fault.or_at(self.position.get());
                }
                let end = End::Fault(fault);
                return Ok(Some(self.empty(Role::Whole, (kind, wrap), (true, true), end)));
            }
        };
        match found {
            Found::Skipped(reason) => {
                self.state = State::Done;
                let end = End::Skipped(reason);
                Ok(Some(self.empty(Role::Whole, (kind, wrap), (true, true), end)))
            }
            Found::Document(document) => {
                self.state = State::Document(document);
                Ok(None)
            }
            Found::Archive { file, outer, archive } => {
                let wrap = Wrap { outer, archive: Some(archive), inner: Compression::None };
                let members: std::result::Result<Box<dyn Members>, Fault> = match archive {
                    Archive::Tar => Ok(Box::new(TarMembers::new(Box::new(file)))),
                    Archive::Zip => ZipMembers::new(file).map(|zip| Box::new(zip) as Box<dyn Members>),
                };
                let role = Role::ArchiveStart;
                match members {
                    Ok(members) => {
                        self.state = State::Archive { members, wrap, current: None };
                        Ok(Some(self.empty(role, (Kind::Text, wrap), (true, false), End::Well)))
                    }
                    Err(fault) => {
                        self.state = State::Done;
                        Ok(Some(self.empty(Role::Whole, (kind, wrap), (true, true), End::Fault(fault))))
                    }
                }
            }
        }
    }

    fn document(&mut self, buffer: Vec<u8>) -> std::result::Result<Piece, Stop> {
        let State::Document(document) = &mut self.state else { return Err(Stop::OverBudget) };
        let piece = document.next(buffer);
        let piece = self.told(piece);
        if piece.is_last {
            self.state = State::Done;
        }
        Ok(piece)
    }

    fn member(&mut self, buffer: Vec<u8>) -> std::result::Result<Piece, Stop> {
        let State::Archive { current, .. } = &mut self.state else { return Err(Stop::OverBudget) };
        let Some(document) = current else { return Err(Stop::OverBudget) };
        let piece = document.next(buffer);
        if piece.is_last {
            *current = None;
        }
        Ok(self.told(piece))
    }

    /// Opens the next member of an archive.
    fn next_member(&mut self) -> std::result::Result<Option<Piece>, Stop> {
        let State::Archive { members, wrap, current } = &mut self.state else { return Ok(None) };
        let outer = *wrap;
        let limit = self.opener.context.decoded_limit;
        let (member, content) = match members.next(limit, self.opener.spooler) {
            Ok(Some(next)) => next,
            end => {
                let end = match end {
                    Err(trouble) => End::Fault(fault(trouble)?),
                    Ok(_) => End::Well,
                };
                self.state = State::Done;
                let kind = (Kind::Text, outer);
                return Ok(Some(self.empty(Role::ArchiveEnd, kind, (false, true), end)));
            }
        };
        let format = Format::of(&member.path);
        let role = Role::Member(Arc::new(member));
        let found = match content {
            Content::Skipped(reason) => Ok(Found::Skipped(reason)),
            Content::Rejected(fault) => Err(fault.into()),
            Content::Spool(spool) => self.opener.open(Box::new(spool), format, Origin::Member),
        };
        let end = match found {
            Ok(Found::Document(mut document)) => {
                document.role = role;
                document.wrap = Wrap { inner: document.wrap.outer, ..outer };
                *current = Some(document);
                return Ok(None);
            }
            Ok(Found::Archive { .. }) => End::Skipped(SkipReason::Nested),
            Ok(Found::Skipped(reason)) => End::Skipped(reason),
            Err(trouble) => End::Fault(fault(trouble)?),
        };
        Ok(Some(self.empty(role, (format.kind(), outer), (true, true), end)))
    }

    /// A piece that holds nothing.
    fn empty(
        &mut self,
        role: Role,
        (kind, wrap): (Kind, Wrap),
        (is_first, is_last): (bool, bool),
        end: End,
    ) -> Piece {
        let body = Body::Lines(Vec::new());
        let (source, encoding) = (self.source.id, "UTF-8");
        let piece = Piece {
            source,
            role,
            kind,
            wrap,
            is_first,
            is_last,
            body,
            end,
            num_bytes: 0,
            encoding,
            num_replaced: 0,
            place: PiecePlace::default(),
        };
        self.told(piece)
    }

    /// The piece with the bytes read since the piece before it; with the last piece all of the file is done with.
    fn told(&mut self, mut piece: Piece) -> Piece {
        piece.source = self.source.id;
        piece.place = PiecePlace::of(&piece.role, self.last);
        self.last = Some(piece.place);
        let is_end = piece.is_last && !matches!(piece.role, Role::Member(_));
        // Of what is unpacked or decoded on the way, and of archives, what was read is not what was taken.
        let is_direct = piece.wrap == Wrap::default() && !piece.kind.is_binary() && piece.encoding == "UTF-8";
        let position = if is_end && !is_direct && self.source.size != u64::MAX {
            self.source.size
        } else {
            self.position.get().min(self.source.size)
        };
        piece.num_bytes = position.saturating_sub(self.num_told);
        self.num_told = self.num_told.max(position);
        piece
    }
}

/// The fault, if it is one of the input.
fn fault(trouble: Trouble) -> std::result::Result<Fault, Stop> {
    match trouble {
        Trouble::Fault(fault) => Ok(fault),
        Trouble::Fatal(error) => Err(Stop::Fatal(error)),
        Trouble::OverBudget => Err(Stop::OverBudget),
    }
}

impl Stop {
    /// The error of the run; of a stream that may unpack as much as it likes, the end.
    ///
    /// # Errors
    /// Those of the run.
    pub fn into_fatal(self) -> Result<Option<Piece>> {
        match self {
            Self::Fatal(error) => Err(error),
            Self::OverBudget => Ok(None),
        }
    }
}
