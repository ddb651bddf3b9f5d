//! Streams of every format: several, broken off, with something after their end, and bombs.

use super::*;
use std::io::Write;

fn compress(compression: Compression, text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match compression {
        Compression::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(&mut out, flate2::Compression::new(6));
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap();
        }
        Compression::Zstd => {
            let mut encoder = zstd::stream::write::Encoder::new(&mut out, 3).unwrap();
            encoder.include_checksum(true).unwrap();
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap();
        }
        Compression::Bzip2 => {
            let mut encoder = bzip2::write::BzEncoder::new(&mut out, bzip2::Compression::new(9));
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap();
        }
        Compression::Xz => {
            let mut encoder = liblzma::write::XzEncoder::new(&mut out, 1);
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap();
        }
        Compression::None => out.extend_from_slice(text),
    }
    out
}

/// The content of a file, and the fault that tells of what lies after its end.
type Decoded = Result<(Vec<u8>, Option<Fault>), Fault>;

fn decode_within(compression: Compression, bytes: &[u8], window: u64) -> Decoded {
    let mut out = Vec::new();
    let (position, trailing) = (ReadPosition::default(), Trailing::default());
    let limits = Limits { total: Total::new(count(bytes.len()), &position), window };
    let reader = Decompressor::new(bytes, compression, &position, limits, trailing.clone());
    match reader.and_then(|mut reader| reader.read_to_end(&mut out)) {
        Ok(_) => Ok((out, trailing.take())),
        Err(error) => Err(Fault::of(&error)),
    }
}

fn decode(compression: Compression, bytes: &[u8]) -> Decoded {
    decode_within(compression, bytes, u64::MAX)
}

const ALL: [Compression; 4] = [Compression::Gzip, Compression::Zstd, Compression::Bzip2, Compression::Xz];

#[test]
fn several_streams_are_one() {
    for compression in ALL {
        let two = [compress(compression, b"one\n"), compress(compression, "二\n".as_bytes())].concat();
        assert_eq!(Compression::of(&two), compression);
        assert_eq!(decode(compression, &two), Ok(("one\n二\n".as_bytes().to_vec(), None)), "{compression:?}");
    }
}

#[test]
fn every_truncation_is_told() {
    let text = "今天天气很好。\n".repeat(40);
    for compression in ALL {
        let whole = compress(compression, text.as_bytes());
        for len in 1..whole.len() {
            let Fault { reason, byte, .. } = decode(compression, &whole[..len]).unwrap_err();
            assert_eq!(reason, RejectReason::Corrupt, "{compression:?} {len}");
            assert!(byte.is_some_and(|byte| byte <= count(len)), "{compression:?} {len}");
        }
    }
}

#[test]
fn padding_is_none_of_the_file_and_streams_go_on_after_it() {
    for compression in ALL {
        let (one, two) = (compress(compression, b"one\n"), compress(compression, b"two\n"));
        for zeros in [1, 4, 700, 200_000] {
            let padding = vec![0; zeros];
            let bytes = [&*one, &padding, &two, &padding].concat();
            assert_eq!(
                decode(compression, &bytes),
                Ok((b"one\ntwo\n".to_vec(), None)),
                "{compression:?} {zeros}"
            );
        }
    }
}

#[test]
fn what_lies_after_the_end_is_told_and_the_stream_is_kept() {
    for compression in ALL {
        let whole = compress(compression, b"text\n");
        let other = if compression == Compression::Gzip { Compression::Xz } else { Compression::Gzip };
        for (zeros, junk) in [
            (0, b"junk".to_vec()),
            (0, b"\x1f".to_vec()),
            (700, b"\n".to_vec()),
            (3, vec![b'x'; 300_000]),
            (0, compress(other, b"of another form")),
        ] {
            let bytes = [&*whole, &vec![0; zeros], &junk].concat();
            let (text, trailing) = decode(compression, &bytes).unwrap();
            assert_eq!(text, b"text\n", "{compression:?}");
            let Fault { reason, byte, detail } = trailing.expect("told");
            assert_eq!((reason, byte), (RejectReason::Trailing, Some(count(whole.len() + zeros))));
            let end = format!("after the end of the {} stream", compression.name());
            let expected = match junk.len() {
                1 => format!("one byte {end} is left out"),
                num => format!("{num} bytes {end} are left out"),
            };
            assert_eq!(detail, expected);
        }
    }
}

/// A frame of zeros, as a block of one byte repeated, whose header asks for this window and has no length.
fn frame_of_zeros(window: u8, blocks: usize) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, window];
    for block in 1..=blocks {
        // RFC 8878, section 3.1.1.2: the last block or not, its type, and its length.
        let header = u32::from(block == blocks) | 1 << 1 | (128 * 1024) << 3;
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.push(0);
    }
    frame
}

#[test]
fn windows_of_zstandard() {
    const TWO_GIB: u8 = 21 << 3;
    let decode = |frame: &[u8], limit| decode_within(Compression::Zstd, frame, limit);
    let len = |decoded: Decoded| {
        decoded.map(|(text, trailing)| (text.len(), trailing)).map_err(|fault| fault.reason)
    };
    let small = frame_of_zeros(TWO_GIB, 2);
    assert_eq!(len(decode(&small, 512 * 1024)), Ok((256 * 1024, None)), "what is not filled is not taken");
    let long = frame_of_zeros(TWO_GIB, 5);
    assert_eq!(len(decode(&long, 512 * 1024)), Err(RejectReason::WindowTooLarge));
    assert_eq!(len(decode(&long, 1024 * 1024)), Ok((640 * 1024, None)));
    assert_eq!(len(decode(&frame_of_zeros(22 << 3, 1), u64::MAX)), Err(RejectReason::WindowTooLarge));
    let two = [&*long, &small].concat();
    assert_eq!(len(decode(&two, 1024 * 1024)), Ok((896 * 1024, None)));
}

#[test]
fn a_dictionary_that_is_missing_is_named() {
    let mut frame = frame_of_zeros(0x58, 1);
    frame[4] |= 1; // one byte of a dictionary's number stands after the window
    frame.insert(6, 77);
    let fault = decode(Compression::Zstd, &frame).unwrap_err();
    assert_eq!(fault.reason, RejectReason::NeedsDictionary);
    assert!(fault.detail.contains("dictionary 77"), "{fault}");
}

#[test]
fn a_bomb_is_cut_off() {
    let zeros = vec![0; 256 * 1024 * 1024];
    for compression in [Compression::Gzip, Compression::Zstd] {
        let bomb = compress(compression, &zeros);
        let outcome = decode(compression, &bomb);
        assert_eq!(outcome.unwrap_err().reason, RejectReason::Bomb, "{compression:?}");
    }
}

#[test]
fn what_a_source_holds_is_counted_together() {
    let read = ReadPosition::default();
    read.advance(10);
    for (packed, most) in [(u64::MAX, 64 * 1024 * 1024), (100_000, 100_099_999)] {
        let total = Total::new(packed, &read);
        let (layer, other) = (total.clone(), total);
        assert!(layer.add(usize::try_from(most).unwrap()).is_ok(), "{packed}");
        assert_eq!(Fault::of(&other.add(1).unwrap_err()).reason, RejectReason::Bomb, "{packed}");
    }
}
