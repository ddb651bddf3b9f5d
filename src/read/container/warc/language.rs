//! Languages as web archives name them: by ISO 639-3, where pages say BCP 47.

/// The codes of two letters that pages use most, and those of three in their place.
const CODES: &str = "af:afr am:amh ar:ara as:asm az:aze be:bel bg:bul bn:ben bo:bod bs:bos ca:cat cs:ces cy:cym da:dan \
    de:deu el:ell en:eng eo:epo es:spa et:est eu:eus fa:fas fi:fin fo:fao fr:fra fy:fry ga:gle gd:gla gl:glg gu:guj \
    ha:hau he:heb hi:hin hr:hrv ht:hat hu:hun hy:hye id:ind ig:ibo is:isl it:ita iw:heb ja:jpn jv:jav ka:kat kk:kaz \
    km:khm kn:kan ko:kor ku:kur ky:kir la:lat lb:ltz lo:lao lt:lit lv:lav mg:mlg mi:mri mk:mkd ml:mal mn:mon mr:mar \
    ms:msa mt:mlt my:mya nb:nob ne:nep nl:nld nn:nno no:nor oc:oci or:ori pa:pan pl:pol ps:pus pt:por qu:que ro:ron \
    ru:rus rw:kin sa:san sd:snd se:sme si:sin sk:slk sl:slv sm:smo sn:sna so:som sq:sqi sr:srp st:sot su:sun sv:swe \
    sw:swa ta:tam te:tel tg:tgk th:tha ti:tir tk:tuk tl:tgl tr:tur tt:tat ug:uig uk:ukr ur:urd uz:uzb vi:vie wo:wol \
    xh:xho yi:yid yo:yor za:zha zh:zho zu:zul";

/// The code of three letters for the language of a BCP 47 tag; `None` if it is not known.
pub(super) fn alpha3(tag: &str) -> Option<&'static str> {
    let language = tag.split(['-', '_']).next().unwrap_or_default();
    let codes = CODES.split(' ').filter_map(|pair| pair.split_once(':'));
    let mut codes =
        codes.filter(|(two, three)| [two, three].iter().any(|code| code.eq_ignore_ascii_case(language)));
    codes.next().map(|(_, three)| three)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_three_letters() {
        for (tag, expected) in [
            ("zh-CN", Some("zho")),
            ("ZH_hant", Some("zho")),
            ("en", Some("eng")),
            ("deu", Some("deu")),
            ("x", None),
            ("zh:zho", None),
            ("", None),
        ] {
            assert_eq!(alpha3(tag), expected, "{tag}");
        }
        assert!(CODES.split(' ').all(|pair| pair.len() == 6 && pair.as_bytes()[2] == b':'));
    }
}
