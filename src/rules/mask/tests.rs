//! What is masked, and what is not.

use super::*;

/// A text in which `⟨…⟩` marks what is to be masked as this kind, or nothing.
fn holds(kind: MaskKind, marked: &str) {
    let text = marked.replace(['⟨', '⟩'], "");
    let expected: Vec<&str> =
        marked.split('⟨').skip(1).map(|rest| rest.split('⟩').next().unwrap_or_default()).collect();
    let all = Masks::of(&MaskConfig { kinds: MaskKind::ALL.to_vec(), ..MaskConfig::default() });
    let one = Masks::of(&MaskConfig { kinds: vec![kind], ..MaskConfig::default() });
    for masks in [all, one].into_iter().flatten() {
        let found = masks.find(&text);
        let spans: Vec<&str> = found.iter().map(|masked| &text[masked.span.clone()]).collect();
        assert_eq!(spans, expected, "{marked}");
        assert!(found.iter().all(|masked| masked.kind == kind), "{found:?}");
    }
}

#[test]
fn addresses_of_email() {
    for marked in [
        "⟨li.na@example.cn⟩",
        "联系邮箱⟨li.na@example.cn⟩。",
        "write to ⟨o'neil+tips@mail.example.co.uk⟩.",
        "邮箱：⟨ｌｉｎａ＠example．cn⟩，谢谢",
        "mailto:⟨desk_2@example.org⟩?subject=a",
        "<⟨desk@example.org⟩>, “⟨a-b@example.org⟩”",
        "https://example.org/?mail=⟨desk@example.org⟩&x=1",
        "⟨josé@example.es⟩",
        "⟨a@b.cn⟩和⟨c@d.cn⟩",
        "⟨13812345678@example.com⟩",
        // None of these is an address.
        "@example.org, a@b, a @ b.c, @user.name@example.social",
        "logo@2x.png and icon@3x.JPG",
        "https://user:secret@example.org/repo.git and git@example.org:team/repo.git",
        "a@.org, a@-b.org, a@b..org, .@b.org, 3@4.5",
        "每股3.5元@下午",
    ] {
        holds(MaskKind::Email, marked);
    }
}

#[test]
fn public_network_addresses() {
    for marked in [
        "IP地址⟨45.127.3.122⟩，",
        "IP：⟨45.127.3.122⟩：8080",
        "2024年12月31日 服务器 ⟨45．127．3．122⟩",
        "http://⟨45.127.3.122⟩/index.html",
        "from ⟨198.51.100.7⟩.",
        "地址⟨2400:9d0a:2b10::27⟩，",
        "[⟨2001:db8::1⟩]:80",
        "⟨2a03:6e9f:0:1:2:3:4:5⟩",
        // Private, loopback, link-local and reserved ones, and those that are none.
        "10.0.0.1, 172.16.3.4, 192.168.1.20, 127.0.0.1, 169.254.3.4, 224.0.0.1, 0.0.0.0, 255.255.255.255, 100.64.10.20",
        "::1, fe80::1, fd00::27, ff02::1, 00:1a:2b:3c:4d:5e, 12:34:56",
        "4.3.2.1, 1.2.3.4.5, 256.10.10.10, 45.127.3, 045.127.3.122, v45.12.3.4, x45.12.3.4",
        "version 45.12.3.14, Chrome 96.0.46.110, 版本45.12.3.14, 第45.12.3.14条",
        "std::dec, a::b, dead::beef, 2400:9d0a",
    ] {
        holds(MaskKind::Ip, marked);
    }
}

#[test]
fn mobile_numbers_of_china() {
    for marked in [
        "手机⟨13812345678⟩，",
        "电话：⟨１３８１２３４５６７８⟩（王女士）",
        "⟨138-1234-5678⟩或⟨138 1234 5678⟩",
        "⟨+86 13812345678⟩ ⟨+8613812345678⟩ ⟨+86-138-1234-5678⟩ ⟨(+86)13812345678⟩ ⟨0086 13812345678⟩ ⟨008613812345678⟩",
        "⟨8613812345678⟩ Tel⟨19912345678⟩",
        "⟨13812345678⟩/⟨13912345678⟩、⟨15012345678⟩",
        // Landlines, hotlines, and what only looks like one.
        "010-12345678 (0571)87654321 0755-81250370 400-810-1234 95588 12345 110",
        "12812345678 1381234567 138123456789 3.13812345678 13812345678.5",
        "共13812345678元，¥13812345678，13812345678股，13812345678亿",
        "订单号：13812345678 order 13812345678 编号13812345678",
        "https://example.org/a/13812345678 user13812345678 13812345678x 2020-13812345678",
        "138-1234 5678, 138-1234-56789, 138-1234-5678-9 138.1234.5678.9",
    ] {
        holds(MaskKind::CnMobile, marked);
    }
}

#[test]
fn identity_cards_with_a_valid_check() {
    for marked in [
        "身份证号⟨11010119900307803X⟩，",
        "⟨11010119900307803x⟩ ⟨110101199003070134⟩",
        "身份证：⟨１１０１０１１９９００３０７８０３Ｘ⟩",
        "⟨110101 19900307 803X⟩ ⟨110101-19900307-0134⟩",
        // A wrong check, a wrong day, a region that there is not, and longer numbers.
        "110101199003070135 110101199002300134 991010199003070134",
        "1101011990030701341 110101199003070134.5 a110101199003070134 11010119900307803XY",
        "11010119900307 统一社会信用代码 91110000100000123X",
    ] {
        holds(MaskKind::CnId, marked);
    }
}

#[test]
fn payment_cards_with_a_valid_check() {
    for marked in [
        "卡号：⟨6222021234567890128⟩，",
        "⟨6222 0212 3456 7890 128⟩ ⟨4111 1111 1111 1111⟩ ⟨4111-1111-1111-1111⟩ ⟨4111111111111111⟩",
        "⟨3782 822463 10005⟩ ⟨378282246310005⟩ ⟨5555555555554444⟩",
        "卡号⟨４１１１１１１１１１１１１１１１⟩",
        // A wrong check, no issuer, other lengths, and what goes on.
        "4111111111111112 1111111111111117 41111111111111 9780306406157",
        "41111111111111110 4111111111111111.5 x4111111111111111 https://example.org/4111111111111111",
    ] {
        holds(MaskKind::Card, marked);
    }
}

#[test]
fn only_what_is_asked_for_is_masked() {
    let text = "li@example.cn 13812345678";
    let masks = Masks::of(&MaskConfig { kinds: vec![MaskKind::Email], ..MaskConfig::default() }).unwrap();
    assert_eq!(masks.find(text), [Masked { span: 0..13, kind: MaskKind::Email }]);
    assert_eq!(Masks::of(&MaskConfig::default()), None);
}

#[test]
fn spans_stand_in_order_on_character_boundaries_whatever_the_text() {
    let masks = Masks::of(&MaskConfig { kinds: MaskKind::ALL.to_vec(), ..MaskConfig::default() }).unwrap();
    let pieces = [
        "@",
        "＠",
        "a",
        "é",
        "中",
        ".",
        "：",
        ":",
        "-",
        " ",
        "8",
        "６",
        "86",
        "+",
        "(",
        ")",
        "13812345678",
        "11010119900307803",
        "X",
        "2400::",
        "45.127.3.122",
        "4111",
        "://",
        "\u{1f600}",
    ];
    // Every sequence of three, twice over.
    for number in 0..pieces.len().pow(3) {
        let chosen: String =
            (0..3).map(|place| pieces[number / pieces.len().pow(place) % pieces.len()]).collect();
        let text = chosen.repeat(2);
        let mut end = 0;
        for Masked { span, .. } in masks.find(&text) {
            assert!(
                span.start >= end && span.end > span.start && text.get(span.clone()).is_some(),
                "{text:?}"
            );
            end = span.end;
        }
    }
}
