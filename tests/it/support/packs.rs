//! Files of every kind: compressions, archives and containers, made and taken apart by the plain libraries.

use std::io::{Cursor, Read, Write};

use super::files::Files;
use super::json::{json_lines, text_of};

/// A compression by the ending of its names.
pub(crate) const COMPRESSIONS: [&str; 4] = ["gz", "zst", "bz2", "xz"];

/// Compresses with the plain library.
pub(crate) fn compress(compression: &str, bytes: &[u8]) -> Vec<u8> {
    match compression {
        "gz" => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
            encoder.write_all(bytes).expect("memory");
            encoder.finish().expect("memory")
        }
        "zst" => {
            let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).expect("an encoder");
            encoder.include_checksum(true).expect("an encoder");
            encoder.write_all(bytes).expect("memory");
            encoder.finish().expect("memory")
        }
        "bz2" => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            encoder.write_all(bytes).expect("memory");
            encoder.finish().expect("memory")
        }
        "xz" => {
            let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 0);
            encoder.write_all(bytes).expect("memory");
            encoder.finish().expect("memory")
        }
        _ => bytes.to_vec(),
    }
}

/// Decompresses with the plain library, all members or frames or streams.
pub(crate) fn decompress(compression: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match compression {
        "gz" => flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut out),
        "zst" => zstd::stream::read::Decoder::new(bytes).expect("Zstandard").read_to_end(&mut out),
        "bz2" => bzip2::read::MultiBzDecoder::new(bytes).read_to_end(&mut out),
        "xz" => liblzma::read::XzDecoder::new_multi_decoder(bytes).read_to_end(&mut out),
        _ => out.write_all(bytes).map(|()| 0),
    }
    .unwrap_or_else(|error| panic!("{compression}: {error}"));
    out
}

/// A tar archive of these members, as GNU tar writes it.
pub(crate) fn tar(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o640);
        header.set_mtime(1_111_111_111);
        builder.append_data(&mut header, path, content.as_slice()).expect("memory");
    }
    builder.into_inner().expect("memory")
}

/// The members of a tar archive that are files.
pub(crate) fn untar(bytes: &[u8]) -> Files {
    let mut archive = tar::Archive::new(bytes);
    let entries = archive.entries().expect("a tar archive");
    entries
        .map(|entry| {
            let mut entry = entry.expect("an entry");
            let path = String::from_utf8(entry.path_bytes().into_owned()).expect("UTF-8");
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("memory");
            (path, content)
        })
        .collect()
}

/// A zip archive of these members, deflated.
pub(crate) fn zip(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in members {
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .name(path.as_bytes());
        writer.start_file_with_options(options).expect("memory");
        writer.write_all(content).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// The members of a zip archive that are files.
pub(crate) fn unzip(bytes: &[u8]) -> Files {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip archive");
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).expect("an entry");
            let path = String::from_utf8(entry.name_raw().to_vec()).expect("UTF-8");
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("memory");
            (path, content)
        })
        .collect()
}

/// JSON Lines of these texts, with a number beside each.
pub(crate) fn jsonl<T: AsRef<str>>(texts: &[T]) -> String {
    let texts = texts.iter().enumerate();
    let line =
        |(id, text): (usize, &T)| format!("{}\n", serde_json::json!({"id": id, "text": text.as_ref()}));
    texts.map(line).collect()
}

/// CSV of these texts, with a number before each and a word after it.
pub(crate) fn csv<T: AsRef<str>>(texts: &[T]) -> String {
    let quoted = |text: &T| text.as_ref().replace('"', "\"\"");
    let rows = texts.iter().enumerate().map(|(id, text)| format!("{id},\"{}\",x\r\n", quoted(text)));
    std::iter::once("id,text,more\r\n".to_owned()).chain(rows).collect()
}

/// A WET file of these texts, a `warcinfo` record before them.
pub(crate) fn wet<T: AsRef<str>>(texts: &[T]) -> String {
    let info = "WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 4\r\n\r\na: b\r\n\r\n".to_owned();
    let record = |(id, text): (usize, &T)| {
        let text = text.as_ref();
        format!(
            "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Record-ID: <urn:uuid:{id}>\r\n\
             Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n{text}\r\n\r\n",
            text.len()
        )
    };
    std::iter::once(info).chain(texts.iter().enumerate().map(record)).collect()
}

/// A dump of `<doc>` elements of these texts, as wikiextractor writes it. Each text ends with a line feed.
pub(crate) fn docs<T: AsRef<str>>(texts: &[T]) -> String {
    let one = |(id, text): (usize, &T)| {
        let text = text.as_ref();
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        format!("<doc id=\"{id}\" url=\"https://a?curid={id}\" title=\"t{id}\">\n{text}{end}</doc>\n")
    };
    texts.iter().enumerate().map(one).collect()
}

/// A container of these texts by the ending of its name.
pub(crate) fn container<T: AsRef<str>>(format: &str, texts: &[T]) -> Vec<u8> {
    match format {
        "jsonl" => jsonl(texts),
        "csv" => csv(texts),
        "warc" => wet(texts),
        "docs" => docs(texts),
        _ => texts.iter().map(AsRef::as_ref).collect(),
    }
    .into_bytes()
}

/// The texts in a container that came out of a run.
pub(crate) fn texts(format: &str, bytes: &[u8]) -> Vec<String> {
    let owned = |text: &str| text.to_owned();
    match format {
        "jsonl" => json_lines(bytes).iter().map(|line| owned(text_of(line, "text"))).collect(),
        "csv" => {
            let mut reader = csv::Reader::from_reader(bytes);
            let rows = reader.records();
            rows.map(|row| owned(row.expect("a row").get(1).expect("a text"))).collect()
        }
        "warc" => {
            let text = std::str::from_utf8(bytes).expect("UTF-8");
            let records = text.split("WARC/1.0\r\n").filter(|record| record.contains("conversion"));
            let payload = |record: &str| {
                let block = record.split_once("\r\n\r\n").expect("a header").1;
                owned(block.strip_suffix("\r\n\r\n").expect("the end of a record"))
            };
            records.map(payload).collect()
        }
        "docs" => {
            let text = std::str::from_utf8(bytes).expect("UTF-8");
            let records = text.split("</doc>\n").filter(|record| !record.is_empty());
            records.map(|record| owned(record.split_once(">\n").expect("a tag").1)).collect()
        }
        _ => vec![String::from_utf8(bytes.to_vec()).expect("UTF-8")],
    }
}
