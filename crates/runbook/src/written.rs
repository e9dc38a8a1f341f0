//! Pages that Segue wrote: the manifest stands at their end, and every other line is
//! what would be written from it now.

mod align;
mod lines;

use crate::{Problem, decode, export, read};
use align::{Step, align};
use lines::{Line, lines};
use segue_manifest::{Manifest, Source, parse};
use std::{collections::BTreeMap, ops::Range};

/// The manifest of a page.
pub(crate) struct Written {
    /// Where its text stands.
    pub place: Range<usize>,
    meaning: Manifest,
}

/// The manifest at the end of a page, if one stands there and can be read.
pub(crate) fn manifest(page: &str) -> Option<Written> {
    let place = export::appendix(page)?;
    // What variables stand for is for those who apply.
    let vars = |name: &str| Some(format!("${{{name}}}"));
    let parsed = parse(&Source::new("segue.yaml", page.get(place.clone())?), &vars);
    let meaning = parsed.manifest?;
    Some(Written { place, meaning })
}

/// What a page and its manifest have in common, and what not.
#[derive(Default)]
pub(crate) struct Compared {
    /// The lines that differ.
    pub problems: Vec<Problem>,
    /// The page as the manifest has it, where lines differ.
    pub mended: Option<Mended>,
}

/// A page as its manifest has it.
pub(crate) struct Mended {
    /// The page.
    pub text: String,
    /// Lines of it that have a place on the page that was read, and that place.
    places: BTreeMap<usize, usize>,
}

impl Mended {
    /// The line of the page that was read on which a line of this one would stand.
    pub fn line(&self, line: usize) -> usize {
        let before = self.places.range(..=line).next_back();
        before.map_or(line, |(_, place)| *place)
    }
}

/// Compares a page with the one that its manifest gives. What a manifest can not know,
/// which is what was locked and how long things took, is left out.
pub(crate) fn compare(page: &str, written: &Written, name: &str) -> Compared {
    let durations = BTreeMap::new();
    let again = export::export(&export::Page {
        source: page.get(written.place.clone()).unwrap_or_default(),
        manifest: &written.meaning,
        locked: &[],
        durations: &durations,
    });
    // Texts are put right when they are read: this one has to go the same way.
    let Ok(again) = decode::decode(again.as_bytes()) else {
        return Compared::default();
    };
    let Some(place) = export::appendix(&again) else {
        return Compared::default();
    };
    let is = lines(page, &written.place);
    let should = lines(&again, &place);
    let steps = align(&is, &should);
    if !steps.iter().any(|step| !matches!(step, Step::Same(..))) {
        return Compared::default();
    }
    let problems = steps
        .iter()
        .filter_map(|step| problem(*step, &is, &should, name))
        .take(crate::problem::MOST)
        .collect();
    let place = |step: &Step| match *step {
        Step::Same(at, of) | Step::Other(at, of) => {
            Some((should.get(of)?.number, is.get(at)?.number))
        }
        Step::Missing(at, of) => {
            let next = is.get(at).or(is.last())?;
            Some((should.get(of)?.number, next.number))
        }
        Step::Added(_) => None,
    };
    let places = steps.iter().filter_map(place).collect();
    let mended = Mended {
        text: again,
        places,
    };
    Compared {
        problems,
        mended: Some(mended),
    }
}

fn problem(step: Step, is: &[Line<'_>], should: &[Line<'_>], name: &str) -> Option<Problem> {
    let (message, lines) = match step {
        Step::Same(..) => return None,
        Step::Other(at, of) => {
            let (at, of) = (is.get(at)?, should.get(of)?);
            let (said, held) = quotes(at.text, of.text);
            let message =
                format!("the page was changed here; the manifest at its end says: {held}");
            (message, vec![(at.number, said)])
        }
        Step::Added(at) => {
            let at = is.get(at)?;
            let message = "the manifest at the end of the page does not say this".to_owned();
            (message, vec![(at.number, read::shorten(at.text))])
        }
        Step::Missing(at, of) => {
            let held = read::shorten(should.get(of)?.text);
            let next = is.get(at);
            let place = if next.is_some() {
                "before this line"
            } else {
                "at its end"
            };
            let message =
                format!("the page lacks {place} what the manifest at its end says: {held}");
            let next = next.map(|it| (it.number, read::shorten(it.text)));
            (message, next.into_iter().collect())
        }
    };
    let help = "the manifest at the end holds; change it or segue.yaml, then write the page again with `segue runbook`".to_owned();
    Some(Problem {
        code: Problem::STALE_PAGE,
        message,
        name: name.to_owned(),
        lines,
        help,
    })
}

/// Two lines, from where what differs can be seen.
fn quotes(a: &str, b: &str) -> (String, String) {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let quote = |text: &str| match same {
        0..80 => read::shorten(text),
        _ => {
            let rest: String = text.chars().skip(same - 40).collect();
            format!("…{}", read::shorten(&rest))
        }
    };
    (quote(a), quote(b))
}
