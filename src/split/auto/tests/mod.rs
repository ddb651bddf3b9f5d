//! Documents as people write them, with the way in which each is split.

mod measuring;

use super::*;

const ENGLISH: &str = "The harbour board said on Tuesday that the new breakwater will be finished before the winter storms, \
    although two of the three contractors have asked for more time and a larger share of the costs. It was built to \
    keep the ferries running when the wind comes from the north. Whether it does will be seen in January.";
const GERMAN: &str = "Der Hafenrat teilte am Dienstag mit, dass der neue Wellenbrecher noch vor den Winterstürmen fertig \
    werde, obwohl zwei der drei Baufirmen um mehr Zeit und einen größeren Anteil an den Kosten gebeten haben. Er soll \
    die Fähren auch dann fahren lassen, wenn der Wind von Norden kommt.";
const RUSSIAN: &str = "Управление порта сообщило во вторник, что новый волнолом будет закончен до зимних штормов, хотя \
    два из трёх подрядчиков попросили больше времени и большую долю расходов. Он нужен для того, чтобы паромы ходили \
    и при северном ветре.";
const CHINESE: &str = "港务局星期二表示，新的防波堤将在冬季风暴到来之前完工，不过三家承包商中有两家要求延长工期并增加费用分担的比例。\
    防波堤建成之后，北风来临时渡船也能照常往返于两座岛屿之间，沿岸的渔民和学生不必再等上整整一个星期。";
const JAPANESE: &str = "港湾局は火曜日、新しい防波堤が冬の嵐の前に完成する見込みだと発表したが、三社のうち二社は工期の延長と\
    費用負担の見直しを求めている。完成すれば北風の日でもフェリーが運航できるようになり、島の人々は一週間も待たずに済む。";
const KOREAN: &str = "항만청은 화요일에 새 방파제가 겨울 폭풍이 오기 전에 완공될 것이라고 밝혔지만 세 시공사 가운데 두 곳은 \
    공사 기간을 늘리고 비용 분담을 다시 정해 달라고 요청하였다 방파제가 완성되면 북풍이 부는 날에도 여객선이 다닐 수 있다.";
const THAI: &str = "คณะกรรมการท่าเรือแถลงเมื่อวันอังคารว่าเขื่อนกันคลื่นแห่งใหม่จะแล้วเสร็จก่อนพายุฤดูหนาวแม้ผู้รับเหมาสองในสามรายจะขอเวลาเพิ่มและ\
    ขอส่วนแบ่งค่าใช้จ่ายที่มากขึ้นเขื่อนนี้สร้างขึ้นเพื่อให้เรือข้ามฟากวิ่งได้แม้ในวันที่ลมมาจากทางเหนือชาวเกาะจึงไม่ต้องรอคอยอีกต่อไป";

/// Wraps a text at a number of columns: between words, or between any two characters where there are no spaces. The
/// first line begins with `first`, the others with `rest`.
fn wrapped(text: &str, columns: u32, [first, rest]: [&str; 2]) -> String {
    let width = |text: &str| Width::of(Line { indent: "", text })[Measure::Columns];
    let has_spaces = text.contains(' ');
    let parts: Vec<&str> = if has_spaces {
        text.split(' ').collect()
    } else {
        text.split("").filter(|c| !c.is_empty()).collect()
    };
    let (mut lines, mut is_begun) = (vec![first.to_owned()], false);
    for part in parts {
        let line = lines.last_mut().unwrap();
        let gap = if is_begun && has_spaces { " " } else { "" };
        if is_begun && width(line) + width(gap) + width(part) > columns {
            lines.push(format!("{rest}{part}"));
        } else {
            line.push_str(gap);
            line.push_str(part);
        }
        is_begun = true;
    }
    lines.join("\n") + "\n"
}

/// Breaks a text after each so many characters.
fn by_characters(text: &str, number: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(number).map(|line| line.iter().collect::<String>() + "\n").collect()
}

/// Wraps a text without an indent.
fn plain(text: &str, columns: u32) -> String {
    wrapped(text, columns, ["", ""])
}

#[track_caller]
fn check(name: &str, text: &str, expected: Method) {
    assert_eq!(method(Kind::Text, text), expected, "{name}:\n{text}");
    let head = head(text);
    let is_wrapped = Evidence::of(head).is_wrapped_as_measured(head);
    assert_eq!(is_wrapped, expected == Method::Block, "{name}, all measured:\n{text}");
}

#[test]
fn wrapped_at_any_margin() {
    for (name, text) in [
        ("English", ENGLISH),
        ("German", GERMAN),
        ("Russian", RUSSIAN),
        ("Chinese", CHINESE),
        ("Japanese", JAPANESE),
        ("Korean", KOREAN),
        ("Thai", THAI),
    ] {
        for columns in [44, 60, 65, 72, 76, 80] {
            check(name, &plain(text, columns), Method::Block);
            check(name, &plain(text, columns).replace('\n', "\r\n"), Method::Block);
            check(name, &wrapped(text, columns, ["> ", "> "]), Method::Block);
        }
        check(name, &format!("{text}\n{text}\n"), Method::Line);
        check(name, &format!("{text}\n\n{text}\n"), Method::Line);
    }
}

#[test]
fn hard_wrapped_kinds() {
    let prose = plain(ENGLISH, 72);
    let indented = wrapped(CHINESE, 76, ["　　", ""]).repeat(2);
    for (name, text) in [
        ("three lines", plain(&ENGLISH[..186], 72)),
        ("two lines", plain(&ENGLISH[..100], 72)),
        ("two Chinese lines", "港务局星期二表示，新的防波堤将在冬季风暴到来之前完工，不过承包商要求延长\n工期并增加费用分担的比例。\n".to_owned()),
        ("three Chinese lines", plain("港务局星期二表示，新的防波堤将在冬季风暴到来之前完工，不过三家承包商中有两家要求延长工期并增加费用分担的比例", 40)),
        ("paragraphs", format!("{prose}\n{prose}\n{prose}")),
        ("paragraphs without blank lines, marked by an indent", format!("    {prose}    {prose}    {prose}")),
        ("Chinese paragraphs without blank lines", indented),
        ("wrapped by characters, not columns", by_characters(&CHINESE.replace("港务局", "ABC Harbour Board 2026"), 40)),
        ("mail", format!(
            "From: ines@example.org (Ines Prado)\nTo: list@example.org\nSubject: the breakwater\nDate: Tue, 3 Mar 2026 10:00:00 +0100\n\n{prose}\n> {}-- \nInes\n",
            wrapped(GERMAN, 68, ["", "> "])
        )),
        ("changelog", format!("breakwater (2.1) stable; urgency=low\n\n  * {}  * Close the gap in the north wall.\n\n -- Ines Prado <ines@example.org>  Tue, 03 Mar 2026 10:00:00 +0100\n", wrapped(ENGLISH, 70, ["", "    "]))),
        ("list of wrapped items", format!("- {}- {}- {}", wrapped(ENGLISH, 68, ["", "  "]), wrapped(GERMAN, 68, ["", "  "]), wrapped(ENGLISH, 68, ["", "  "]))),
        ("comment", wrapped(ENGLISH, 78, ["# ", "# "])),
        ("hyphens at line ends", "The harbour board said on Tuesday that the new break-\nwater will be finished before the winter storms, al-\nthough two of the three contractors asked for more.\n".to_owned()),
        ("all in capitals", plain(&ENGLISH.to_uppercase(), 72)),
        ("left somewhat short by hand", "The harbour board said on Tuesday that the new breakwater will be\nfinished before the winter storms, although two of\nthe three contractors have asked for more time and a larger share\nof the costs of the work on the north side of\nthe harbour. It was built to keep the ferries running when the wind\ncomes from the north.\n".to_owned()),
        ("with an address that does not fit", format!("{prose}See\nhttps://example.org/harbour/breakwater/minutes/2026/march/third/session/all\nfor the minutes.\n\n{prose}")),
        ("prose with some code", format!("{prose}\n    let x = board.minutes();\n    print(x);\n\n{prose}")),
    ] {
        check(name, &text, Method::Block);
    }
}

#[test]
fn pages_and_lists_that_are_wrapped() {
    let notes = "  * New tide tables\n  * Fix the lamp\n".repeat(12);
    for (name, text) in [
        (
            "a page with commands in capitals below headings",
            "NAME\n       MOVE BOAT - put a boat elsewhere\n\nSYNOPSIS\n       MOVE BOAT name TO pier\n\nDESCRIPTION\n       MOVE BOAT takes a boat from the pier where it lies to the one that is\n       named, if there is room.\n\nSEE ALSO\n       KEEP BOAT\n".to_owned(),
        ),
        (
            "constants among prose",
            format!("{}\n{}", plain(&ENGLISH[..186], 72), "    PIER_NORTH\n    PIER_SOUTH\n    PIER_ISLAND\n    PIER_OLD\n"),
        ),
        (
            "justified, with wide gaps where few words stand on a line",
            "The harbour board said on Tuesday that the new    breakwater    will\nbe finished before the winter storms, although two of the three con-\ntractors,    who    had    not    been    asked,    want    more    time\nand a larger share of the costs.\n".to_owned(),
        ),
        (
            "one item that goes on with a name",
            "* Close the gap in the north wall of the harbour, as agreed with\n  Ines Prado\n* New lamps\n* New ropes\n".to_owned(),
        ),
        (
            "short items, one of which is wrapped",
            format!("{notes}  * Close the gap in the north wall of the harbour before winter, when the\n    ferries will not run.\n"),
        ),
        (
            "items that are left short by hand",
            "  * Close the gap in the north wall of the harbour before the winter\n    storms (Ines Prado)\n  * New lamps and ropes\n    for the piers\n  * New boards for ferries\n    from the island\n".to_owned(),
        ),
        (
            "one break in Chinese, with commas of ASCII",
            "每逢大风天气来临,渡船公司都会提前在码头张贴通知,请旅客留意开船时间的变\n动情况.\n".to_owned(),
        ),
        (
            "one break in Chinese before a further sentence",
            "港务局星期二表示新的防波堤将在冬季风暴到来之前完工但是三家承包商中有两家要\n求延长工期，并增加费用，市政府尚未答复此事\n".to_owned(),
        ),
        (
            "Chinese before Latin names",
            "港务局星期二表示新的防波堤将在冬季风暴到来之前由承包商移交给新成立的公司\nHarbour Ferries，这家公司表示欢迎，并将增加班次。公司还将从南岸码头的承包商\nPrado 那里得到一座新的码头。\n".to_owned(),
        ),
        (
            "a short list in a wrapped text in Chinese",
            format!("{}\n\n北岸码头\n南岸码头\n岛上码头\n", plain(CHINESE, 72)),
        ),
    ] {
        check(name, &text, Method::Block);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn kinds_whose_lines_are_paragraphs() {
    for (name, text) in [
        ("empty", ""),
        ("one line", ENGLISH),
        (
            "Chinese news",
            "全市防波堤工程进入收尾阶段\n本报讯（记者 林海）港务局昨日通报，北岸防波堤主体工程已经完成百分之九十五，预计下月中旬通过验收并投入使用。\n据介绍，该工程总长一千二百米，建成后可保证渡船在北风天气照常航行，沿岸三个村庄的居民将因此受益。\n　　责任编辑：周明\n",
        ),
        (
            "headlines",
            "港务局公布北岸防波堤最新施工进度\n三座村庄居民代表应邀参观建设工地并座谈\n渡船公司宣布下月起增开晚间班次\n气象台发布大风蓝色预警信号\n市图书馆新馆将于六月对读者开放试运行\n",
        ),
        ("headline and by-line", "港务局公布北岸防波堤最新施工进度及验收时间安排\n新华社 记者 林海\n"),
        ("Chinese verse", "海上升明月\n天涯共此时\n情人怨遥夜\n竟夕起相思\n"),
        (
            "Chinese verse, two lines of seven in a row",
            "朝辞白帝彩云间，千里江陵一日还。\n两岸猿声啼不住，轻舟已过万重山。\n",
        ),
        (
            "long rows of Chinese verse, with commas at their ends",
            "元和天子神武姿，彼何人哉轩与羲，誓将上雪列圣耻，\n淮西有贼五十载，封狼生貙貙生罴，不据山河据平地，\n帝得圣相相曰度，贼斫不死神扶持，腰悬相印作都统，\n",
        ),
        (
            "verse",
            "The tide goes out, the boats lie down,\nAnd all the gulls walk into town,\nTo see what people left behind:\nA crust, a shoe, a melon rind.\n",
        ),
        (
            "verse in small letters",
            "the tide goes out\nand the boats lie down on their sides\nlike dogs\nwaiting for someone they have forgotten\nand the gulls walk into town\nto see\nwhat the people left behind this time\na crust a shoe\na melon rind and the morning\n",
        ),
        ("a word a line", "harbour\nbreakwater\nferry\nwind\nstorm\ncontractor\nvillage\n"),
        (
            "a list of phrases",
            "fix the north wall\nask the board for the minutes of the last session again\nbuy rope\ncall the ferry company about sundays\nsend bills\nread the new tide tables\ngo to the island\n",
        ),
        (
            "items",
            "- one ferry in the morning\n- two ferries in the evening, if the wind allows\n- none at night\n",
        ),
        (
            "dialogue",
            "“Will it hold?”\n“It held last year, and the year before that,” she said.\n“That was another wall.”\n“the sea is the same,” said the old man, who had not been asked\n“Is it?”\n",
        ),
        (
            "log",
            "2026-03-03 10:00:00 INFO ferry departed from the north pier\n2026-03-03 10:00:01 WARN wind above the limit for small boats\n2026-03-03 10:20:00 INFO ferry arrived at the island pier on time\n",
        ),
        (
            "log in small letters",
            "info: ferry departed from the north pier\nwarning: wind is above the limit for small boats in the outer harbour today\ninfo: ferry arrived\ninfo: the light on the mole was switched on by hand\n",
        ),
        (
            "table",
            "harbour      boats   wind\nnorth        12      strong from the north and rising\nsouth        3       calm\nisland       7       gusts from the west in the evening\n",
        ),
        (
            "values with commas",
            "name,boats,wind\nnorth pier,12,strong\nsouth pier,3,calm and fair\nisland pier,7,gusts\n",
        ),
        (
            "source code",
            "fn main() {\n    let board = harbour::board();\n    for minute in board.minutes() {\n        print(minute);\n    }\n}\n",
        ),
        (
            "columns set with tabs",
            "The tide goes out,\t\tand nobody stays\nThe boats lie down,\t\tand all the gulls walk\ninto the town\t\twhere people eat and they talk\n",
        ),
        (
            "a table in which labels are small letters",
            "name of the pier          boats that lie there\nnorthern pier of the old harbour          12\nisland pier, the new one    7\n",
        ),
        (
            "items that go on in lines of their own",
            "* New lamps\n  North pier\n* New ropes\n  South pier\n* New boards for the island pier\n  Ines Prado\n",
        ),
        (
            "headlines in capitals with commas",
            "BOARD SAYS IT WANTS ANOTHER TWO MILLION FOR THE NORTH BREAKWATER\nNORTH PIER, March 3 - Ferry to run on Sundays\n",
        ),
        (
            "a headline and its source",
            "港务局关于北岸防波堤施工进度以及验收时间安排的通告\n　　（来源：海港在线）\n",
        ),
        ("a text on each line", "harbour boats\n"),
        (
            "Base64",
            "aGFyYm91ciBib2FyZCBtaW51dGVzIG9mIHRoZSB0aGlyZCBvZiBtYXJjaCAyMDI2\nYW5kIHNvIG9uIHVudGlsIHRoZSBlbmQgb2YgdGhlIHNlc3Npb24gYXQgbm9vbiBh\nbmQgdGhlbiBzb21lIG1vcmUgb2YgdGhlIHNhbWUgYWZ0ZXIgdGhlIGx1bmNoIGJy\n",
        ),
    ] {
        check(name, text, Method::Line);
    }
    let long = format!("{}{}", plain(ENGLISH, 72), format!("{ENGLISH}\n").repeat(20));
    check("hardly anything is wrapped", &long, Method::Line);
    let table =
        format!("# {}{}", wrapped(ENGLISH, 74, ["", "# "]), "north 12 4 7\nsouth 3 1 2\n".repeat(100));
    check("a table under a few lines of prose", &table, Method::Line);
}

#[test]
fn the_beginning_decides() {
    let (prose, list) = (plain(ENGLISH, 72), "North Pier\nSouth Pier\n");
    let fill = |text: &str| text.repeat(HEAD_BYTES / text.len() + 1);
    check("wrapped first", &(fill(&prose) + &fill(list).repeat(20)), Method::Block);
    check("wrapped later", &(fill(list) + &fill(&prose).repeat(20)), Method::Line);
    // What stands after the beginning changes nothing, wherever the text ends there.
    let text = format!("{}{}", fill(&prose), prose.repeat(3));
    for len in HEAD_BYTES + 1..HEAD_BYTES + 400 {
        assert_eq!(head(&text[..len]), head(&text), "{len}");
    }
    assert!(head(&text).ends_with('\n') && head(&text).len() > HEAD_BYTES - 80);
    // No character is cut, and a long line is.
    assert_eq!(head(&"中".repeat(HEAD_BYTES)).len(), HEAD_BYTES - 1);
}

/// A text shows the same, whether its lines are found for this or were found already.
#[test]
fn lines_that_are_known_show_the_same() {
    let wrapped = plain(ENGLISH, 60);
    for text in [
        wrapped.clone(),
        wrapped.replace('\n', "\r\n"),
        wrapped.replace('\n', "\r\r\n"),
        wrapped.replace('\n', "  \n \u{2003}"),
        format!("\u{feff}{wrapped}\n\n{}", plain(CHINESE, 40)),
        format!("\u{2028}{wrapped}"),
        wrapped.replace("board", "board\u{2029}"),
        wrapped.replace('\n', "\x1b[0m\n\x1b[1m"),
        CHINESE.replace('，', "，\n"),
        "\n\n\n".to_owned(),
        String::new(),
    ] {
        check_known_lines(&text);
    }
}

fn check_known_lines(text: &str) {
    use crate::config::{Repair, SplitConfig, SplitMode};
    use crate::split::{SplitBy, split};
    let by = SplitBy::Text(SplitConfig { split: SplitMode::Auto, repair: Repair::Basic }, Kind::Text);
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    let splitting = by.splitting(text);
    let blank_after = split(text, splitting, &mut expected);
    assert_eq!((by.split(text, &mut found), &found), ((splitting, blank_after), &expected), "{text:?}");
}

proptest::proptest! {
    #[test]
    fn lines_of_any_text_that_are_known_show_the_same(
        parts in proptest::collection::vec(proptest::sample::select(&PARTS[..]), 0..40),
    ) {
        check_known_lines(&parts.concat());
    }
}

/// What lines are made of, and what stands around them.
const PARTS: [&str; 20] = [
    "\n",
    "\n",
    "\r\n",
    "\r",
    "\u{2028}",
    " ",
    "\t",
    "\u{3000}",
    "\u{2003}",
    "\u{7}",
    "\x1b[1m",
    ">",
    "a small word",
    "and so the harbour board said on Tuesday that it will",
    "Name",
    "it ends.",
    "港务局星期二表示，新的防波堤",
    "将在冬季风暴到来",
    "“",
    "e\u{301}",
];
