//! What modules are to each other: needs, and who comes last.

use super::{At, Reading, Scope, Sentence, tables};
use crate::{
    Problem, What,
    words::{self, Mark, Sense},
};
use segue_model::Range;

impl Reading {
    /// Reads the relations of a sentence; whether there were any.
    pub(super) fn relations(&mut self, scope: &Scope, sentence: &Sentence<'_>, at: At<'_>) -> bool {
        let mut said = false;
        let relational =
            |it: &&Mark<Sense>| matches!(it.sense, Sense::Needs | Sense::NeededBy | Sense::Before);
        let places: Vec<Mark<Sense>> = sentence.marks.iter().filter(relational).copied().collect();
        for (index, mark) in places.iter().enumerate() {
            let from = if index == 0 { 0 } else { places[index - 1].to };
            let to = places
                .get(index + 1)
                .map_or(sentence.words.len(), |next| next.from);
            said |= self.relation(scope, sentence, *mark, (from, to), at);
        }
        said | self.first_or_last(scope, sentence, at)
    }

    fn relation(
        &mut self,
        scope: &Scope,
        sentence: &Sentence<'_>,
        mark: Mark<Sense>,
        (from, to): (usize, usize),
        at: At<'_>,
    ) -> bool {
        let between = |from: usize, to: usize| {
            sentence
                .names
                .iter()
                .filter(move |it| it.from >= from && it.to <= to)
        };
        let subjects: Vec<usize> = match scope {
            Scope::Module(module) => vec![*module],
            _ => between(from, mark.from).map(|it| it.module).collect(),
        };
        if subjects.is_empty() {
            return false;
        }
        if sentence.denied(&mark) {
            self.left_over(at, "it says what is not needed");
            return true;
        }
        let all = mark.to.saturating_sub(1)..(mark.to + 3).min(to);
        let for_all = sentence
            .marks
            .iter()
            .any(|it| it.sense == Sense::All && all.contains(&it.from))
            || words_of(sentence, mark).any(|word| word.starts_with("alle"));
        if for_all {
            return self.all(&subjects, mark.sense, at);
        }
        let mut said = false;
        for object in between(mark.to, to) {
            let range = (mark.sense == Sense::Needs)
                .then(|| self.range(sentence, object.to))
                .flatten();
            for subject in &subjects {
                let (module, provider) = if mark.sense == Sense::Needs {
                    (*subject, object.module)
                } else {
                    (object.module, *subject)
                };
                said |= self.needs(module, provider, range.clone(), None, at);
            }
        }
        said || self.unnamed(&subjects, sentence, mark, at)
    }

    /// A relation to all modules.
    fn all(&mut self, subjects: &[usize], sense: Sense, at: At<'_>) -> bool {
        for subject in subjects {
            if sense == Sense::Needs {
                self.last(*subject, at);
                continue;
            }
            for other in 0..self.modules.len() {
                self.needed_by_later(*subject, other, at);
            }
        }
        true
    }

    /// Used by all: by all that come after it. What the page puts before it can not
    /// wait for it.
    fn needed_by_later(&mut self, provider: usize, other: usize, at: At<'_>) {
        let place = |it: usize| (self.modules[it].step, it);
        let all_numbered =
            self.modules[provider].step.is_some() && self.modules[other].step.is_some();
        let later = if all_numbered {
            place(other) > place(provider)
        } else {
            other > provider
        };
        if later {
            self.needs(other, provider, None, None, at);
        }
    }

    /// A need, guessed where there is a reason. Whether it is one.
    fn needs(
        &mut self,
        module: usize,
        provider: usize,
        range: Option<String>,
        guess: Option<&str>,
        at: At<'_>,
    ) -> bool {
        if module == provider {
            return false;
        }
        let name = |it: usize| self.modules[it].id.clone();
        let what = What::Needs {
            module: name(module),
            provider: name(provider),
            range,
        };
        match guess {
            None => self.understood(at, what),
            Some(because) => self.guessed(at, what, because),
        }
        true
    }

    fn last(&mut self, module: usize, at: At<'_>) {
        let what = What::Last(self.modules[module].id.clone());
        let other = self
            .seen
            .keys()
            .any(|it| matches!(it, What::Last(_)) && *it != what);
        if other {
            let message = format!(
                "`{}` wants to be last, and another module does too",
                self.modules[module].id
            );
            self.problem(
                Problem::DISAGREE,
                message,
                &[at],
                "say which of them needs the other; the first one is last in the manifest",
            );
            self.left_over(at, "only one module can be last");
        } else {
            self.understood(at, what);
        }
    }

    fn first_or_last(&mut self, scope: &Scope, sentence: &Sentence<'_>, at: At<'_>) -> bool {
        let module = match scope {
            Scope::Module(module) => Some(*module),
            _ => sentence.names.first().map(|it| it.module),
        };
        let Some(module) = module else { return false };
        if sentence.has(Sense::Last) {
            self.last(module, at);
            return true;
        }
        // Whoever stands first is first already.
        sentence.has(Sense::First) && module == 0
    }

    /// A relation to a name that no module has: perhaps one is meant all the same.
    fn unnamed(
        &mut self,
        subjects: &[usize],
        sentence: &Sentence<'_>,
        mark: Mark<Sense>,
        at: At<'_>,
    ) -> bool {
        if mark.sense != Sense::Needs {
            return false;
        }
        let skip = [
            "the", "a", "an", "der", "die", "das", "den", "dem", "le", "la", "les", "l", "de",
            "du", "des",
        ];
        let from = (mark.to..sentence.words.len())
            .find(|it| !skip.contains(&sentence.words[*it].text.as_str()));
        let Some(from) = from else { return false };
        let to = (from + 1..sentence.words.len())
            .find(|it| sentence.parted(*it, *it))
            .unwrap_or(sentence.words.len());
        if let Some((_, module)) = self.names.likely(&sentence.words[from..to]) {
            for subject in subjects {
                self.needs(
                    *subject,
                    module,
                    None,
                    Some("no module has exactly this name"),
                    at,
                );
            }
            return true;
        }
        let text = words_of(sentence, mark).collect::<Vec<_>>().join(" ");
        let sure = [
            "depend",
            "requires",
            "relies",
            "abhaengig",
            "haengt",
            "benoetigt",
            "depend de",
            "necessite",
        ];
        if sure.iter().any(|it| text.starts_with(it))
            && !sentence.any(&[
                Sense::KeyVault,
                Sense::Secret,
                Sense::PubSub,
                Sense::EventGrid,
                Sense::Approval,
                Sense::Slot,
                Sense::Iam,
                Sense::Sidecar,
                Sense::Mesh,
            ])
        {
            self.no_such_module(at, sentence.after(mark.to));
            return true;
        }
        false
    }

    fn no_such_module(&mut self, at: At<'_>, text: &str) {
        let message = format!(
            "`{}` is no module of this page",
            super::shorten(text.trim())
        );
        self.problem(Problem::NO_SUCH_MODULE, message, &[at], "give it a row of its own if it is released too; if it is a service of others, make it a gate");
        self.left_over(at, "it names no module of the page");
    }

    /// A cell that lists names.
    pub(super) fn needs_cell(&mut self, module: usize, text: &str, at: At<'_>, reverse: bool) {
        for piece in pieces(text) {
            let sentence = Sentence::new(piece, &self.names);
            if sentence.words.is_empty() || sentence.is_nothing() {
                continue;
            }
            let pair = |other: usize| {
                if reverse {
                    (other, module)
                } else {
                    (module, other)
                }
            };
            if let Some(name) = sentence.names.first().filter(|it| it.from == 0).copied() {
                let range = if reverse {
                    None
                } else {
                    self.range(&sentence, name.to)
                };
                let rest = sentence.after(name.to);
                let (module, provider) = pair(name.module);
                let read_on = range.is_none() && words::words(rest).len() > 1;
                self.needs(module, provider, range, None, at);
                if read_on {
                    self.sentence(&Scope::Module(module), rest, at);
                }
            } else if let Some(steps) = steps(piece) {
                for other in steps
                    .into_iter()
                    .flat_map(|step| self.at_step(step))
                    .collect::<Vec<_>>()
                {
                    let (module, provider) = pair(other);
                    self.needs(module, provider, None, None, at);
                }
            } else if sentence.has(Sense::All)
                && !sentence.any(&[Sense::Needs, Sense::NeededBy, Sense::Before])
            {
                self.all(
                    &[module],
                    if reverse {
                        Sense::NeededBy
                    } else {
                        Sense::Needs
                    },
                    at,
                );
            } else if let Some((_, other)) = self
                .names
                .likely(&sentence.words)
                .filter(|(count, _)| *count == sentence.words.len())
            {
                let (module, provider) = pair(other);
                self.needs(
                    module,
                    provider,
                    None,
                    Some("no module has exactly this name"),
                    at,
                );
            } else if sentence.marks.is_empty() {
                self.no_such_module(at, piece);
            } else {
                self.sentence(&Scope::Module(module), piece, at);
            }
        }
    }

    /// The range of versions that stands after a name.
    fn range(&self, sentence: &Sentence<'_>, after: usize) -> Option<String> {
        comparator(sentence.after(after))
    }
}

fn words_of<'a>(sentence: &'a Sentence<'_>, mark: Mark<Sense>) -> impl Iterator<Item = &'a str> {
    sentence.words[mark.from..mark.to]
        .iter()
        .map(|word| word.text.as_str())
}

/// The pieces of a list in a cell.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let words = [" and ", " und ", " et ", " / ", " & ", " + "];
    let piece = move |it| {
        let mut parts = vec![it];
        for word in words {
            parts = parts
                .into_iter()
                .flat_map(|part: &str| part.split(word))
                .collect();
        }
        parts
    };
    by_comma(text).flat_map(piece).map(str::trim)
}

/// Parted by `,` and `;`, but not inside of a range: `>=2.0, <3` is one piece.
fn by_comma(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let ends = |(at, sign): &(usize, &str)| {
            let bounds = ['<', '>', '=', '^', '~', '≥', '≤'];
            *sign != "," || !text[at + 1..].trim_start().starts_with(bounds)
        };
        match text.match_indices([',', ';', '\n']).find(ends) {
            Some((at, _)) => {
                rest = text.get(at + 1..);
                text.get(..at)
            }
            None => rest.take(),
        }
    })
}

/// `1`, `Step 2`, `#3`: the number of a step and nothing else.
fn steps(piece: &str) -> Option<Vec<(u64, u64)>> {
    let words = words::words(piece);
    let number = |word: &words::Word| word.text.parse::<u64>().is_ok();
    let label = |word: &words::Word| {
        [
            "step", "steps", "schritt", "schritte", "etape", "etapes", "no", "nr",
        ]
        .contains(&word.text.as_str())
    };
    if !words.iter().all(|it| number(it) || label(it)) {
        return None;
    }
    tables::step(piece).map(|step| vec![step])
}

/// A range as Cargo writes it, from `>= 2.0, <3`, `≥2`, `5.x`, `v2+`; nothing where none
/// stands.
fn comparator(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches(['(', '`']).trim_start();
    let mut bounds = Vec::new();
    for part in text.split(',') {
        match bound(part.trim()) {
            Some(bound) => bounds.push(bound),
            None => break,
        }
    }
    let range: Range = bounds.join(", ").parse().ok()?;
    (!bounds.is_empty()).then(|| range.to_string())
}

/// How bounds are written, and what they mean; the longest first.
const SIGNS: [(&str, &str); 11] = [
    (">=", ">="),
    ("≥", ">="),
    ("=>", ">="),
    ("<=", "<="),
    ("≤", "<="),
    ("==", "="),
    (">", ">"),
    ("<", "<"),
    ("^", "^"),
    ("~", "~"),
    ("=", "="),
];

/// One bound of a range.
fn bound(text: &str) -> Option<String> {
    let signed = SIGNS
        .iter()
        .find_map(|(sign, means)| Some((*means, text.strip_prefix(sign)?)));
    let (sign, rest) = signed.unwrap_or(("", text));
    let rest = rest.trim_start().trim_start_matches(['v', 'V']);
    let inside = |c: char| {
        c.is_ascii_digit()
            || ".x*".contains(c)
            || !sign.is_empty() && (c.is_ascii_alphanumeric() || "-+".contains(c))
    };
    let end = rest.find(|c: char| !inside(c)).unwrap_or(rest.len());
    let number = rest[..end].trim_end_matches('.');
    let sign = match (sign, rest[number.len()..].chars().next()) {
        ("", Some('+')) => ">=",
        ("", _) if !number.ends_with(".x") && !number.ends_with(".*") => return None,
        (sign, _) => sign,
    };
    let is_number = number.starts_with(|c: char| c.is_ascii_digit());
    is_number.then(|| format!("{sign}{number}"))
}

#[cfg(test)]
mod tests {
    use super::{comparator, steps};

    #[test]
    fn ranges_are_read_as_people_write_them() {
        let of = |text| comparator(text);
        assert_eq!(of(" >= 2.0").as_deref(), Some(">=2.0"));
        assert_eq!(of("≥2").as_deref(), Some(">=2"));
        assert_eq!(of("(v2+)").as_deref(), Some(">=2"));
        assert_eq!(of("5.x").as_deref(), Some("5.*"));
        assert_eq!(of(">=2.0, <3, auth").as_deref(), Some(">=2.0, <3"));
        assert_eq!(of("=1.2.3-rc.1").as_deref(), Some("=1.2.3-rc.1"));
        assert_eq!(of("to be up"), None);
        assert_eq!(of("2"), None);
    }

    #[test]
    fn numbers_of_steps_are_no_names() {
        assert_eq!(steps("Step 2"), Some(vec![(2, 0)]));
        assert_eq!(steps("auth 2"), None);
    }
}
