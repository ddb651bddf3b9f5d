//! Contract D5: the names of members of a zip are text in their own encoding, told by all of them together where that is
//! certain. A byte `\` that is half of a character is no separator; `\` of archives of Windows is one.

use std::io::{Cursor, Write};

use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, SHIFT_JIS};
use tamis::Config;
use zip::System;

use crate::support::memory::{clean, clean_twice, file};
use crate::support::packs::unzip;

fn config() -> Config {
    Config { threads: 2, ..Config::default() }
}

/// A zip archive of texts under these names, as that system packs it.
fn packed(names: &[Vec<u8>], system: System) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (number, name) in names.iter().enumerate() {
        let options = zip::write::SimpleFileOptions::default().system(system).name(name.as_slice());
        writer.start_file_with_options(options).expect("memory");
        writer.write_all(format!("text {number}\n").as_bytes()).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

fn encoded(names: &[&str], encoding: &'static Encoding) -> Vec<Vec<u8>> {
    names.iter().map(|name| encoding.encode(name).0.into_owned()).collect()
}

/// Names of the members that come out, as bytes, and whether a flag says that they are UTF-8.
fn names_of(bytes: &[u8]) -> Vec<(Vec<u8>, bool)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip archive");
    (0..archive.len())
        .map(|number| {
            let entry = archive.by_index(number).expect("an entry");
            (entry.name_raw().to_vec(), entry.flags().as_u16() & (1 << 11) != 0)
        })
        .collect()
}

#[test]
fn names_of_an_archive_are_decoded_together() {
    let chinese = ["新闻/国内要闻汇编.txt", "新闻/国际财经周刊.txt", "誠信经营报告.txt", "readme.txt"];
    let taiwan = ["年度報告/功能說明表.txt", "年度報告/許可證與蓋章.txt", "會議記錄與結論.txt"];
    let japan = ["ソフトウェア/表示の設定について.txt", "お知らせ/予定表の一覧です.txt"];
    let korea = ["보고서/올해의 사업 계획과 예산.txt", "보고서/회의록과 참석자 명단.txt"];
    for (names, encoding) in [(&chinese[..], GB18030), (&taiwan, BIG5), (&japan, SHIFT_JIS), (&korea, EUC_KR)]
    {
        let run = clean_twice(&file("k.zip", packed(&encoded(names, encoding), System::Dos)), &config());
        assert_eq!(run.reasons(), [("", ""); 0], "{names:?}");
        let expected: Vec<_> =
            names.iter().map(|name| (name.as_bytes().to_vec(), !name.is_ascii())).collect();
        assert_eq!(names_of(&run.out["k.zip"]), expected, "UTF-8, and flagged");
        assert!(!run.summary.directories.keys().any(|name| name.contains("\\x")));
    }
}

/// The bytes of 系统 in GBK are ϵͳ in UTF-8. Beside names that are GBK for certain they are 系统.
#[test]
fn a_short_name_that_is_utf8_by_chance_is_in_the_encoding_of_the_archive() {
    let names = ["新闻汇编/国内要闻.txt", "系统/目录.txt", "系统.txt", "readme.txt"];
    let mut archive = packed(&encoded(&names, GB18030), System::Dos);
    // No flag says UTF-8, though the bytes of some are.
    for at in 0..archive.len() - 10 {
        match archive[at..at + 4] {
            [b'P', b'K', 3, 4] => archive[at + 7] &= !8,
            [b'P', b'K', 1, 2] => archive[at + 9] &= !8,
            _ => {}
        }
    }
    assert!(names_of(&archive).iter().all(|(_, is_flagged)| !is_flagged));
    assert!(String::from_utf8(names_of(&archive)[2].0.clone()).is_ok_and(|name| name == "ϵͳ.txt"));
    let run = clean_twice(&file("k.zip", archive), &config());
    let expected: Vec<_> = names.iter().map(|name| (name.as_bytes().to_vec(), !name.is_ascii())).collect();
    assert_eq!(names_of(&run.out["k.zip"]), expected);
}

/// A name or two show nothing: they stay as they are, and lead nowhere.
#[test]
fn names_that_cannot_be_told_stay_bytes() {
    for (name, encoding) in
        [("誠.txt", GB18030), ("功.txt", BIG5), ("一覧表.txt", SHIFT_JIS), ("ä\\é.txt", BIG5)]
    {
        let raw = if name.starts_with('ä') {
            vec![b"\x84\\\x82.txt".to_vec()]
        } else {
            encoded(&[name], encoding)
        };
        let run = clean_twice(&file("k.zip", packed(&raw, System::Dos)), &config());
        assert_eq!(run.reasons(), [("", ""); 0], "{name}");
        assert_eq!(names_of(&run.out["k.zip"]), [(raw[0].clone(), false)]);
    }
    let given = Config {
        read: tamis::config::ReadConfig { encoding: vec!["gbk".to_owned()], ..config().read },
        ..config()
    };
    let run = clean(&file("k.zip", packed(&encoded(&["誠.txt"], GB18030), System::Dos)), &given);
    assert_eq!(unzip(&run.out["k.zip"]).keys().collect::<Vec<_>>(), ["誠.txt"]);
    // It may be a character, or lead out.
    let run = clean(&file("k.zip", packed(&[b"\x82\\..\\..\\x.txt".to_vec()], System::Unix)), &config());
    assert_eq!(run.reasons().len(), 1);
    assert_eq!(run.reasons()[0].1, "unsafe_name");
}

#[test]
fn backslashes_part_names_in_archives_of_windows() {
    let names = [b"a\\b\\c.txt".to_vec(), b"a\\d.txt".to_vec(), b"a\\empty\\".to_vec(), b"a/d.txt".to_vec()];
    for (system, expected) in [
        (System::Dos, vec!["a/b/c.txt", "a/d.txt", "a/d~2.txt"]),
        (System::WindowsNTFS, vec!["a/b/c.txt", "a/d.txt", "a/d~2.txt"]),
        (System::Unix, vec!["a/d.txt", "a\\b\\c.txt", "a\\d.txt"]),
    ] {
        let run = clean(&file("k.zip", packed(&names, system)), &config());
        assert_eq!(run.reasons(), [("", ""); 0]);
        assert_eq!(unzip(&run.out["k.zip"]).keys().collect::<Vec<_>>(), expected, "{system:?}");
    }
    let run = clean(&file("k.zip", packed(&[b"..\\x.txt".to_vec()], System::Dos)), &config());
    assert_eq!(run.reasons(), [("k.zip/../x.txt", "unsafe_name")]);
}
