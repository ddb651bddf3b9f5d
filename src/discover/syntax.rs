//! Names of files that are not prose: one table from the ending of a name to the reason why its lines are not read as
//! paragraphs (contract D2).
//!
//! A line of code, of markup or of data means something by its place. A second `</div>`, `return 1` or `image: x` is no
//! duplicate, and a file from which it is taken is broken. Prose with some markup in it (Markdown, reStructuredText,
//! AsciiDoc, Org) is prose and not listed, and neither is `.json`, whose content decides.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::format::{COMPRESSED, extension};
use crate::error::SkipReason;

/// Files that are not prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct NotProse {
    /// What they are, for people.
    what: &'static str,
    reason: SkipReason,
    /// Whether they are text, and read as such if an `--include` glob names their ending.
    is_text: bool,
    /// The endings of their names, in lower case, with spaces between them.
    endings: &'static str,
    /// Whole names, likewise.
    names: &'static str,
}

/// Programs on a server that make pages. A file of such a name that was fetched from there is a page; in a repository
/// it is the program. Its content tells.
const SERVER_PAGES: &str = "php php3 php4 php5 phtml asp aspx jsp jspx";

impl NotProse {
    /// The row of [`SERVER_PAGES`].
    const SERVER_PAGE: Self = Self {
        what: "source code",
        reason: SkipReason::Unsupported,
        is_text: true,
        endings: SERVER_PAGES,
        names: "",
    };
}

/// The table. Each ending and each name stands in it once.
static TABLE: [NotProse; 11] = [
    NotProse {
        what: "saved page of a browser",
        reason: SkipReason::Html,
        is_text: true,
        endings: "mht mhtml",
        names: "",
    },
    NotProse::SERVER_PAGE,
    NotProse {
        what: "markup",
        reason: SkipReason::Unsupported,
        is_text: true,
        endings: "xml xsl xslt xsd dtd rng sgml sgm svg rss atom rdf owl ttl kml gpx plist fb2 opml tmx \
            tbx xlf xliff resx xaml wsdl tei dbk docbook mathml musicxml tex latex ltx sty cls \
            bib bst rtf roff troff mdoc texi texinfo xul cshtml vue svelte astro hbs \
            handlebars mustache ejs erb haml slim pug jade twig j2 jinja jinja2 liquid tmpl tpl \
            ftl",
        names: "",
    },
    NotProse {
        what: "styles",
        reason: SkipReason::Unsupported,
        is_text: true,
        endings: "css scss sass less styl pcss",
        names: "",
    },
    NotProse {
        what: "source code",
        reason: SkipReason::Unsupported,
        is_text: true,
        endings: "py pyi pyx pxd pyw js mjs cjs jsx ts tsx mts cts coffee c h cc cpp cxx c++ hh hpp hxx \
            inl ipp m mm cs fs fsi fsx vb vbs bas java kt kts scala groovy gradle clj cljs cljc \
            edn go rs swift zig nim d v sv svh vhd vhdl rb rake gemspec pl pm raku lua \
            tcl r jl f for f77 f90 f95 f03 pas pp dpr ada adb ads cob cbl lisp lsp cl el scm rkt \
            hs lhs ml mli elm purs erl hrl ex exs dart hx cr sol cairo asm s sh bash zsh fish csh \
            ksh bat cmd ps1 psm1 psd1 awk sed sql psql plsql ddl graphql gql proto thrift capnp \
            cu cuh glsl hlsl wgsl vert frag metal cmake mk mak ninja bazel bzl build nix dhall tf \
            tfvars hcl rego eps y l yy ll g4 peg pest lean thy coq agda idr sage m4 ac diff patch \
            vim applescript ahk au3 wast qml gd pde ino",
        names: "makefile gnumakefile cmakelists.txt dockerfile containerfile jenkinsfile vagrantfile \
            rakefile gemfile podfile fastfile brewfile justfile procfile sconstruct sconscript \
            configure gradlew",
    },
    NotProse {
        what: "data or settings",
        reason: SkipReason::Unsupported,
        is_text: true,
        endings: "yaml yml toml ini cfg conf config cnf properties env lock reg inf desktop service \
            strings po pot json5 jsonc hjson jsonld geojson topojson webmanifest har map ndx ics \
            vcf ldif nt nq trig n3 csl ris enw arff libsvm dot gv puml mmd ply obj stl fasta \
            fastq fq gff gtf pdb mol sdf bed sam pem crt cer csr gpg sig md5 sha1 sha256 sha512 \
            sum mod sln csproj vcxproj vbproj fsproj props targets pbxproj iml editorconfig avsc \
            geojsonl geojsons conll conllu cff",
        names: "requirements.txt constraints.txt robots.txt pipfile codeowners",
    },
    NotProse {
        what: "notebook",
        reason: SkipReason::Unsupported,
        is_text: true,
        endings: "ipynb",
        names: "",
    },
    NotProse {
        what: "subtitles",
        reason: SkipReason::Unsupported,
        is_text: true,
        endings: "srt vtt webvtt ass ssa sub sbv smi sami ttml dfxp lrc",
        names: "",
    },
    NotProse {
        what: "office document",
        reason: SkipReason::Unsupported,
        is_text: false,
        endings: "doc docx docm dotx dotm xls xlsx xlsm xlsb xlt xltx ppt pptx pptm pps ppsx potx odt \
            ott fodt ods ots fods odp otp fodp odg odf sxw sxc sxi wps wpd dps pages numbers key \
            hwp hwpx vsd vsdx mpp abw",
        names: "",
    },
    NotProse {
        what: "book or printed page",
        reason: SkipReason::Unsupported,
        is_text: false,
        endings: "pdf epub mobi azw azw3 djvu chm caj xps oxps dvi",
        names: "",
    },
    NotProse {
        what: "data or package of a format that is not read",
        reason: SkipReason::Unsupported,
        is_text: false,
        endings: "arrow feather avro orc 7z rar cab iso dmg jar war apk whl egg deb rpm msi svgz lz4 \
            lzma lz lzo sz z br cpio mdb accdb sqlite sqlite3 h5 hdf5 npy npz pkl pickle pt pth \
            safetensors tfrecord dbf dta sav rds rdata sas7bdat arc",
        names: "",
    },
];

type Words = HashMap<&'static [u8], &'static NotProse>;

/// The rows of the table by one of their words.
fn by_word(words: fn(&NotProse) -> &'static str) -> Words {
    let of_row = |row| words(row).split_ascii_whitespace().map(move |word| (word.as_bytes(), row));
    TABLE.iter().flat_map(of_row).collect()
}

static BY_ENDING: LazyLock<Words> = LazyLock::new(|| by_word(|row| row.endings));
static BY_NAME: LazyLock<Words> = LazyLock::new(|| by_word(|row| row.names));

/// Why a file of this name is not read as prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unread {
    pub(super) reason: SkipReason,
    /// What such files are, for people.
    pub(super) what: &'static str,
    /// Whether it is read all the same if a glob names its ending.
    pub(super) is_text: bool,
    /// Whether it may be what such a program made: a page.
    pub(super) is_server_page: bool,
    /// The part of the path that says so: the ending, or the whole name of the file.
    pub(super) part: Range<usize>,
}

/// Looks a path up in the table, by its name under compression (`a.py.gz` is `a.py`).
pub(super) fn unread(path: &[u8]) -> Option<Unread> {
    let end = match extension(path) {
        Some(last) if COMPRESSED.contains(&last.as_slice()) => path.len() - last.len() - 1,
        _ => path.len(),
    };
    let start = path[..end].iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    let name = path[start..end].to_ascii_lowercase();
    let (row, part) = if let Some(row) = BY_NAME.get(name.as_slice()) {
        (row, start..end)
    } else {
        let ending = extension(&path[..end])?;
        (BY_ENDING.get(ending.as_slice())?, end - ending.len()..end)
    };
    let is_server_page = row.endings == SERVER_PAGES;
    Some(Unread { reason: row.reason, what: row.what, is_text: row.is_text, is_server_page, part })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discover::is_packed;
    use crate::document::Kind;

    #[test]
    fn each_ending_stands_once_and_is_no_kind_s() {
        let mut endings: Vec<_> = TABLE.iter().flat_map(|row| row.endings.split_ascii_whitespace()).collect();
        let mut names: Vec<_> = TABLE.iter().flat_map(|row| row.names.split_ascii_whitespace()).collect();
        for words in [&mut endings, &mut names] {
            let number = words.len();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), number, "{words:?}");
            assert!(words.iter().all(|word| **word == word.to_ascii_lowercase()));
        }
        for ending in endings {
            assert_eq!(Kind::of_ending(ending.as_bytes()), None, "{ending}");
            assert!(!is_packed(format!("a.{ending}").as_bytes()), "{ending}");
        }
    }

    #[test]
    fn names_of_what_is_not_prose() {
        for (path, expected) in [
            ("a/b.py", Some(("source code", "py"))),
            ("a.py/b.txt", None),
            ("B.PY.GZ", Some(("source code", "PY"))),
            ("page.html.zst", None),
            ("page.mhtml", Some(("saved page of a browser", "mhtml"))),
            ("x.PHP", Some(("source code", "PHP"))),
            ("x/Makefile", Some(("source code", "Makefile"))),
            ("x/Makefile.xz", Some(("source code", "Makefile"))),
            ("CMakeLists.txt", Some(("source code", "CMakeLists.txt"))),
            ("a.docm", Some(("office document", "docm"))),
            ("s.srt", Some(("subtitles", "srt"))),
            ("n.ipynb", Some(("notebook", "ipynb"))),
            ("a.geojson.bz2", Some(("data or settings", "geojson"))),
            ("a.json", None),
            ("a.md", None),
            ("a.rst", None),
            ("a.txt", None),
            ("README", None),
            ("news.2020", None),
            (".py", None),
            ("py", None),
            ("a.tar.gz", None),
            ("a.py.txt", None),
            ("", None),
        ] {
            let found = unread(path.as_bytes());
            let found = found.map(|found| (found.what, &path[found.part]));
            assert_eq!(found, expected, "{path}");
        }
    }
}
