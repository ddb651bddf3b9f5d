//! A source, read as a stream of pieces: unpacked by what its first bytes say, member by member if it is an
//! archive, each piece ending where a paragraph or a record ends.

use std::sync::Arc;

use super::archive::{ArchiveMembers, MemberContent, TarMembers, ZipMembers};
use super::chunk::Role;
use super::container::Reread;
use super::container::reader::{Body, End};
use super::content::{Archive, Compression, Wrap};
use super::context::ReadContext;
use super::decompress::Total;
use super::fault::{Fault, Trouble};
use super::open::{FileOrigin, FoundContent, OpenedDocument, Opener, Promise};
use super::piece::{Piece, PiecePlace};
use super::position::ReadPosition;
use super::spool::Spooler;
use crate::discover::{Format, Source, SourcePlan, is_hidden, is_packed};
use crate::document::Kind;
use crate::error::{Error, RejectReason, Result, SkipReason};
use crate::store::Input;
use crate::units::SourceId;

/// Why a stream stops before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The run cannot go on.
    Fatal(Error),
    /// There is more to unpack than may be unpacked here.
    OverBudget,
}

/// A source that is being read.
pub(crate) struct SourceStream<'a> {
    source: Source<'a>,
    opener: Opener<'a>,
    input: &'a dyn Input,
    /// Bytes of the file read, and those a piece was given out for.
    position: ReadPosition,
    num_given: u64,
    state: StreamState,
    /// The place of the last piece.
    last: Option<PiecePlace>,
}

enum StreamState {
    Start,
    Document(OpenedDocument),
    Archive { members: Box<dyn ArchiveMembers>, wrap: Wrap, current: Option<OpenedDocument> },
    Done,
}

impl std::fmt::Debug for SourceStream<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("source", &self.source).finish_non_exhaustive()
    }
}

impl<'a> SourceStream<'a> {
    /// A stream of `source`, which is opened with its first piece.
    pub(crate) fn new(
        input: &'a dyn Input,
        source: Source<'a>,
        context: &'a ReadContext,
        how: Option<Reread>,
        spooler: &'a dyn Spooler,
    ) -> Self {
        let position = ReadPosition::default();
        let total = Total::new(source.size, &position);
        let opener = Opener { context, how, spooler, position: position.clone(), total };
        Self { source, opener, input, position, num_given: 0, state: StreamState::Start, last: None }
    }

    /// The source being read.
    pub(crate) fn source(&self) -> SourceId {
        self.source.id
    }

    /// The place that the next piece may have.
    pub(crate) fn next_place(&self) -> PiecePlace {
        self.last.map_or(PiecePlace::default(), PiecePlace::next)
    }

    /// Bytes of the source that no piece was given out for, if its size is known.
    pub(crate) fn num_left(&self) -> u64 {
        if self.source.size == u64::MAX { 0 } else { self.source.size.saturating_sub(self.num_given) }
    }

    /// Whether more is to be done for the next piece than to read it.
    pub(crate) fn is_unpacking(&self) -> bool {
        match &self.state {
            StreamState::Start => is_packed(self.source.place.relative),
            StreamState::Document(document) => document.is_unpacked(),
            StreamState::Archive { .. } => true,
            StreamState::Done => false,
        }
    }

    /// Leaves off the document, or member of this number, if it is the one that is being read.
    pub(crate) fn leave_off(&mut self, unit: u64) {
        match &mut self.state {
            StreamState::Archive { current, .. } => {
                current.take_if(|document| document.member_number() == Some(unit));
            }
            state => *state = StreamState::Done,
        }
    }

    /// Reads the next piece into `buffer`; `None` after the last.
    ///
    /// # Errors
    /// [`Stop::Fatal`] if there is no space to unpack to, [`Stop::OverBudget`] if the stream may not unpack as
    /// much as it would have to.
    pub(crate) fn next_piece(&mut self, buffer: Vec<u8>) -> std::result::Result<Option<Piece>, Stop> {
        loop {
            match &mut self.state {
                StreamState::Done => return Ok(None),
                StreamState::Start => {
                    if let Some(piece) = self.start()? {
                        return Ok(Some(piece));
                    }
                }
                StreamState::Document(_) => return self.document(buffer).map(Some),
                StreamState::Archive { current: Some(_), .. } => return self.member(buffer).map(Some),
                StreamState::Archive { .. } => {
                    if let Some(piece) = self.next_member()? {
                        return Ok(Some(piece));
                    }
                }
            }
        }
    }

    /// Opens the source.
    fn start(&mut self) -> std::result::Result<Option<Piece>, Stop> {
        let format = if let SourcePlan::Read(format) = self.source.plan { *format } else { Format::Sniff };
        let (kind, wrap) = (format.kind(), Wrap::default());
        let opened = self.input.open(self.source.place);
        let is_open = opened.is_ok();
        let found = match opened {
            Err(error) => Err(Fault::of(&error).into()),
            Ok(file) => {
                let promise = Promise::of(self.source.place.relative, format);
                self.opener.open(file, promise, FileOrigin::of(self.source))
            }
        };
        let found = match found {
            Ok(found) => found,
            Err(trouble) => {
                self.state = StreamState::Done;
                let mut fault = fault(trouble)?;
                if fault.reason == RejectReason::Unreadable && is_open {
                    fault = fault.or_at(self.position.get());
                }
                let end = End::Fault(fault);
                return Ok(Some(self.empty(Role::Whole, kind, wrap, end)));
            }
        };
        match found {
            FoundContent::Skipped(reason) => {
                self.state = StreamState::Done;
                let end = End::Skipped(reason);
                Ok(Some(self.empty(Role::Whole, kind, wrap, end)))
            }
            FoundContent::Document(document) => {
                self.state = StreamState::Document(document);
                Ok(None)
            }
            FoundContent::Archive { file, outer, archive } => {
                let wrap = Wrap { outer, archive: Some(archive), inner: Compression::None };
                let members: std::result::Result<Box<dyn ArchiveMembers>, Fault> = match archive {
                    Archive::Tar => Ok(Box::new(TarMembers::new(Box::new(file)))),
                    Archive::Zip => ZipMembers::new(file, self.opener.total.clone())
                        .map(|zip| Box::new(zip) as Box<dyn ArchiveMembers>),
                };
                let role = Role::ArchiveStart;
                match members {
                    Ok(members) => {
                        self.state = StreamState::Archive { members, wrap, current: None };
                        Ok(Some(self.empty(role, Kind::Text, wrap, End::Well)))
                    }
                    Err(fault) => {
                        self.state = StreamState::Done;
                        Ok(Some(self.empty(Role::Whole, kind, wrap, End::Fault(fault))))
                    }
                }
            }
        }
    }

    fn document(&mut self, buffer: Vec<u8>) -> std::result::Result<Piece, Stop> {
        let StreamState::Document(document) = &mut self.state else { return Err(Stop::OverBudget) };
        let piece = document.next(buffer);
        let piece = self.counted(piece);
        if piece.is_last {
            self.state = StreamState::Done;
        }
        Ok(piece)
    }

    fn member(&mut self, buffer: Vec<u8>) -> std::result::Result<Piece, Stop> {
        let StreamState::Archive { current, .. } = &mut self.state else { return Err(Stop::OverBudget) };
        let Some(document) = current else { return Err(Stop::OverBudget) };
        let piece = document.next(buffer);
        if piece.is_last {
            *current = None;
        }
        Ok(self.counted(piece))
    }

    /// Opens the next member of an archive.
    fn next_member(&mut self) -> std::result::Result<Option<Piece>, Stop> {
        let StreamState::Archive { members, wrap, current } = &mut self.state else { return Ok(None) };
        let outer = *wrap;
        let (member, content) = match members.next(self.opener.context, self.opener.spooler) {
            Ok(Some(next)) => next,
            end => {
                let end = match end {
                    Err(trouble) => End::Fault(fault(trouble)?),
                    Ok(_) => End::Well,
                };
                self.state = StreamState::Done;
                return Ok(Some(self.empty(Role::ArchiveEnd, Kind::Text, outer, end)));
            }
        };
        let content = match content {
            // What is unsafe is told, whatever it is called.
            MemberContent::Rejected(fault) if fault.reason == RejectReason::UnsafeName => {
                MemberContent::Rejected(fault)
            }
            _ if !self.opener.context.hidden && is_hidden(&member.path) => {
                MemberContent::Skipped(SkipReason::Hidden)
            }
            content => content,
        };
        let format = match SourcePlan::of_member(&member.path, &self.opener.context.globs) {
            SourcePlan::Read(format) => format,
            SourcePlan::Skip(_) | SourcePlan::Reject(_) => Format::Sniff, // it was left out unread
        };
        let promise = Promise::of(&member.path, format);
        let role = Role::Member(Arc::new(member));
        let found = match content {
            MemberContent::Skipped(reason) => Ok(FoundContent::Skipped(reason)),
            MemberContent::Rejected(fault) => Err(fault.into()),
            MemberContent::Spool(spool) => self.opener.open(Box::new(spool), promise, FileOrigin::Member),
        };
        let end = match found {
            Ok(FoundContent::Document(mut document)) => {
                document.role = role;
                document.wrap = Wrap { inner: document.wrap.outer, ..outer };
                *current = Some(document);
                return Ok(None);
            }
            Ok(FoundContent::Archive { .. }) => End::Skipped(SkipReason::Nested),
            Ok(FoundContent::Skipped(reason)) => End::Skipped(reason),
            Err(trouble) => End::Fault(fault(trouble)?),
        };
        Ok(Some(self.empty(role, format.kind(), outer, end)))
    }

    /// A piece that holds nothing. Only an archive goes on behind its beginning, and came before its end.
    fn empty(&mut self, role: Role, kind: Kind, wrap: Wrap, end: End) -> Piece {
        let is_first = !matches!(role, Role::ArchiveEnd);
        let is_last = !matches!(role, Role::ArchiveStart);
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
        self.counted(piece)
    }

    /// The piece with the bytes read since the piece before it; with the last piece all of the file is done with.
    fn counted(&mut self, mut piece: Piece) -> Piece {
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
        piece.num_bytes = position.saturating_sub(self.num_given);
        self.num_given = self.num_given.max(position);
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
    pub(crate) fn into_fatal(self) -> Result<Option<Piece>> {
        match self {
            Self::Fatal(error) => Err(error),
            Self::OverBudget => Ok(None),
        }
    }
}
