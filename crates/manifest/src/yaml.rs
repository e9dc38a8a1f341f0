//! From text to tree: YAML 1.2 within bounds that no honest manifest reaches.

use crate::{
    Code, Diagnostic, Source, Span,
    diagnostic::Findings,
    node::{Node, place},
    source::{Flaw, MAX_BYTES},
};
use serde_saphyr::{DuplicateKeyPolicy, Error, Location, Options};

/// The tree of a text; nothing when there is none, which is then said.
pub(crate) fn read(source: &Source, found: &mut Findings) -> Option<Node> {
    if let Some(flaw) = source.flaw {
        found.push(flawed(flaw));
        return None;
    }
    match serde_saphyr::from_str_with_options(&source.text, options()) {
        Ok(root) => Some(root),
        Err(error) => {
            found.push(explain(error.without_snippet(), source));
            None
        }
    }
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 200_000,
            max_nodes: 50_000,
            max_depth: 32,
            flow_nesting_limit: 32,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_merge_keys: 1_000,
            max_documents: 2,
            max_recorded_anchor_events: 50_000,
            max_recorded_anchor_bytes: MAX_BYTES,
            max_total_scalar_bytes: 2 * MAX_BYTES,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 50_000,
            max_replay_stack_depth: 16,
            max_alias_expansions_per_anchor: 1_000,
        },
        // Duplicates are kept, so that all of them can be pointed at.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    }
}

fn flawed(flaw: Flaw) -> Diagnostic {
    match flaw {
        Flaw::TooLarge(bytes) => {
            let message = format!("the manifest is too large: {bytes} bytes");
            Diagnostic::error(Code::TooLarge, Span::default(), message)
                .help("at most 1 MiB (1048576 bytes) is read")
        }
        Flaw::NotUtf8(at) => {
            let span = Span {
                start: at,
                end: at + 1,
            };
            let message = format!("the manifest is not UTF-8 text: byte {at} does not belong");
            Diagnostic::error(Code::NotUtf8, span, message).help("save the file as UTF-8")
        }
    }
}

fn explain(error: &Error, source: &Source) -> Diagnostic {
    let span = error.location().map(|at| locate(&at, source));
    let span = span.unwrap_or_default();
    let error = match error {
        Error::AliasError { error, .. } => error.without_snippet(),
        error => error,
    };
    match error {
        Error::Budget { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => Diagnostic::error(
            Code::TooLarge,
            span,
            "the manifest is larger or deeper than any needs to be",
        )
        .label(words(error))
        .help("look for lists nested in lists, and for anchors (`&`) used over and over"),
        Error::MultipleDocuments { .. } => Diagnostic::error(
            Code::Syntax,
            span,
            "a manifest is one YAML document, not several",
        )
        .help("remove the `---` and what follows it"),
        Error::NullIntoString { .. } => {
            Diagnostic::error(Code::Syntax, span, "a name is missing before the `:`")
        }
        _ => Diagnostic::error(Code::Syntax, span, "this YAML can not be read").label(words(error)),
    }
}

/// The place of an error; a syntax error has only a line and a column (in characters,
/// both from 1).
fn locate(at: &Location, source: &Source) -> Span {
    if at.span().byte_offset().is_some() {
        return place(at);
    }
    let number = |part: u64| {
        usize::try_from(part)
            .unwrap_or(usize::MAX)
            .saturating_sub(1)
    };
    let mut start = 0;
    let mut lines = source.text.split_inclusive('\n');
    for _ in 0..number(at.line()) {
        start += lines.next().map_or(0, str::len);
    }
    let line = lines.next().unwrap_or_default();
    start += line
        .char_indices()
        .nth(number(at.column()))
        .map_or(line.trim_end().len(), |(offset, _)| offset);
    Span { start, end: start }
}

/// The parser's words in one line, without the place: that is drawn.
fn words(error: &Error) -> String {
    let words = error.to_string();
    let words = words.lines().next().unwrap_or_default();
    let words = words
        .rsplit_once(" at line ")
        .map_or(words, |(words, _)| words);
    words.chars().take(200).collect()
}
