//! The lock as text. YAML, because it is read in reviews: one line per fact, and
//! the objects look as they do everywhere else.

use super::Lock;
use crate::code;
use segue_model::Failure;
use serde::Deserialize;
use std::{fs, io::ErrorKind, io::Read, path::Path};

/// The format of a lock that this program writes and reads.
pub const FORMAT: u32 = 1;

/// The largest lock that is read, in bytes: 16 MiB.
pub const MAX_BYTES: usize = 16 << 20;

const HEADER: &str = "\
# What `segue lock` resolved and rendered. Commit it, review its changes; do not edit it.
";

/// YAML's mark for the end of a document. Without it, a lock that was cut off
/// between two objects would look whole.
const END: &str = "...";

#[derive(Deserialize)]
struct Head {
    format: u32,
}

impl Lock {
    /// Reads a lock from its file.
    ///
    /// # Errors
    /// `SEG2001` when there is none, `SEG2005` when it cannot be read, and those
    /// of [`Lock::parse`].
    pub fn read(path: &Path) -> Result<Self, Failure> {
        Ok(Self::read_with_text(path)?.0)
    }

    /// The same, with the text that was read: its digest names the lock.
    ///
    /// # Errors
    /// Those of [`Lock::read`].
    pub fn read_with_text(path: &Path) -> Result<(Self, String), Failure> {
        let name = path.display();
        let mut bytes = Vec::new();
        fs::File::open(path)
            .and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
            .map_err(|error| match error.kind() {
                ErrorKind::NotFound => code::refused(code::NO_LOCK, format!("there is no {name}"))
                    .hint("type `segue lock`, and commit what it writes"),
                _ => code::refused(code::UNREADABLE, format!("{name} cannot be read"))
                    .words(error.to_string()),
            })?;
        let text = String::from_utf8(bytes).map_err(|error| malformed(&error));
        let lock = text.and_then(|text| Ok((Self::parse(&text)?, text)));
        // The parser draws the place, and knows no file.
        lock.map_err(|mut failure| {
            failure.what = format!("{name}: {}", failure.what);
            failure.words = failure.words.replace("--> <input>", &format!("--> {name}"));
            failure
        })
    }

    /// Reads a lock from its text. Needs no Helm and no network.
    ///
    /// # Errors
    /// `SEG2002` when it is no lock, `SEG2003` when a newer Segue wrote it,
    /// `SEG2021` when it is larger than [`MAX_BYTES`].
    pub fn parse(text: &str) -> Result<Self, Failure> {
        if text.len() > MAX_BYTES {
            let what = format!("the lock is larger than {} MiB", MAX_BYTES >> 20);
            return Err(code::refused(code::TOO_LARGE, what));
        }
        let head: Head = from_yaml(text)?;
        if head.format > FORMAT {
            let what = format!(
                "the lock has format {}, and this Segue reads up to {FORMAT}",
                head.format
            );
            return Err(code::refused(code::NEWER_LOCK, what)
                .hint("a newer Segue wrote it: install that one, or make the lock again with `segue lock`"));
        }
        if text.lines().next_back() != Some(END) {
            return Err(code::refused(
                code::MALFORMED_LOCK,
                "the lock is cut short: its end is missing",
            )
            .hint("take it from version control again, or make it again with `segue lock`"));
        }
        from_yaml(text)
    }

    /// The text of the lock: the same lock gives the same bytes.
    ///
    /// # Errors
    /// `SEG2002` when it holds what YAML cannot say (a number that is not finite).
    pub fn to_text(&self) -> Result<String, Failure> {
        let options = serde_saphyr::ser_options! {
            // An image stays on its line, where grep and reviewers look for it.
            folded_wrap_chars: 400,
        };
        let yaml = serde_saphyr::to_string_with_options(self, options)
            .map_err(|error| malformed(&error))?;
        let between = if yaml.ends_with('\n') { "" } else { "\n" };
        Ok(format!("{HEADER}{yaml}{between}{END}\n"))
    }
}

fn from_yaml<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, Failure> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 200,
            max_nodes: 2_000_000,
            max_events: 8_000_000,
        },
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| malformed(&error))
}

fn malformed(error: &dyn std::fmt::Display) -> Failure {
    code::refused(code::MALFORMED_LOCK, "the lock cannot be read")
        .words(error.to_string())
        .hint("make it again with `segue lock`; after a merge conflict too")
}

#[cfg(test)]
mod tests {
    use super::super::{Artifact, LockedModule};
    use super::*;
    use proptest::prelude::*;
    use segue_model::Digest;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    fn lock_of(objects: Vec<Value>) -> Lock {
        let module = LockedModule {
            version: "1.10.0".parse().unwrap(),
            needs: BTreeMap::from([("a".into(), ">=1.0, <3".parse().unwrap())]),
            inputs: Digest::of(b""),
            targets: BTreeMap::from([
                (
                    "aks".into(),
                    Artifact::Objects {
                        secrets: BTreeMap::new(),
                        objects,
                    },
                ),
                (
                    "run".into(),
                    Artifact::Image {
                        image: format!("r@{}", Digest::of(b"")),
                    },
                ),
                (
                    "fun".into(),
                    Artifact::Source {
                        bucket: "b".into(),
                        object: "o".into(),
                        generation: "1763000000000000".into(),
                    },
                ),
            ]),
        };
        Lock {
            format: FORMAT,
            helm: Some("v4.1.4".into()),
            modules: BTreeMap::from([("m".into(), module)]),
        }
    }

    #[test]
    fn texts_that_look_like_something_else_come_back_as_they_were() {
        let texts = [
            "",
            " ",
            "yes",
            "no",
            "on",
            "null",
            "~",
            "1",
            "1.0",
            "0x1F",
            "1e3",
            "0400",
            "1_000",
            "2026-11-23",
            "12:30:45",
            ".inf",
            "- a",
            "a: b",
            "#x",
            "a #b",
            "'",
            "\"",
            "\\",
            "%a",
            "@a",
            "`a`",
            "!t",
            "&a",
            "*a",
            "|",
            ">",
            "a\nb",
            "a\nb\n",
            "a\n\nb\n\n",
            "\n",
            " a\n  b",
            "a\r\nb",
            "tab\tx",
            "ü✓",
            "---",
            "...",
            "trailing ",
            "=",
            "<<",
        ];
        let data: serde_json::Map<_, _> = texts
            .iter()
            .enumerate()
            .map(|(at, text)| (format!("k{at}"), json!(text)))
            .collect();
        let keys: serde_json::Map<_, _> = texts
            .iter()
            .map(|text| ((*text).to_owned(), json!(1)))
            .collect();
        let lock = lock_of(vec![
            json!({"data": data, "keys": keys, "big": u64::MAX, "small": i64::MIN, "half": 0.5, "none": null, "list": [[], {}, [[1]]]}),
        ]);
        let text = lock.to_text().unwrap();
        assert_eq!(Lock::parse(&text).unwrap(), lock, "{text}");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[ -~\n\t\u{e4}\u{2028}]{0,40}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map("[ -~\n]{0,12}", inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_is_read(object in any_json()) {
            let lock = lock_of(vec![object]);
            let text = lock.to_text().unwrap();
            prop_assert_eq!(&Lock::parse(&text).unwrap(), &lock, "{}", text);
            prop_assert_eq!(lock.to_text().unwrap(), text);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
            let _ = Lock::parse(&text);
        }
    }

    #[test]
    fn a_newer_format_is_refused_politely() {
        let failure = Lock::parse("format: 2\nmodules: {}\nfuture: [1]\n").unwrap_err();
        assert_eq!(failure.code, code::NEWER_LOCK);
        assert!(failure.hint.contains("newer Segue"));
    }

    #[test]
    fn what_is_no_lock_is_refused() {
        for text in [
            "",
            "format: x",
            "format: 1",
            "format: 1\nmodules: {}\nmore: 1\n...\n",
            "format: 1\nmodules: {}\n",
            "format: 1\nmodules: {}\n  ...\n",
            "<<<<<<< HEAD\nformat: 1\n",
        ] {
            assert_eq!(
                Lock::parse(text).unwrap_err().code,
                code::MALFORMED_LOCK,
                "{text}"
            );
        }
        let huge = " ".repeat(MAX_BYTES + 1);
        assert_eq!(Lock::parse(&huge).unwrap_err().code, code::TOO_LARGE);
    }

    #[test]
    fn a_missing_lock_says_what_to_type() {
        let failure = Lock::read(Path::new("/nowhere/segue.lock")).unwrap_err();
        assert_eq!(failure.code, code::NO_LOCK);
        assert!(failure.hint.contains("segue lock"));
    }
}
