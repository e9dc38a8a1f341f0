//! Variables whose values are read when they are used: a webhook's address is a
//! secret, and no secret is written to a plan or a journal (law 9).

use segue_model::{Failure, FailureKind, Fault};
use std::{collections::BTreeMap, sync::Arc};

/// Values for `${NAME}`.
#[derive(Clone, Default)]
pub struct Variables {
    known: Arc<BTreeMap<String, String>>,
    invent: bool,
}

impl Variables {
    /// These, over those of the environment.
    pub fn over_environment(known: BTreeMap<String, String>) -> Self {
        Self {
            known: Arc::new(known),
            invent: false,
        }
    }

    /// Those of the environment; one that is not set stands for a host of a
    /// fictional world: `CI_URL` for `https://ci-url.example`.
    pub fn inventive() -> Self {
        Self {
            known: Arc::default(),
            invent: true,
        }
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<String> {
        self.known
            .get(name)
            .cloned()
            .or_else(|| std::env::var(name).ok())
            .or_else(|| self.invent.then(|| invented(name)))
    }

    /// `text` with each `${NAME}` and `${NAME:-default}` replaced, and `$$` by `$`.
    ///
    /// # Errors
    /// When a variable is not set. The failure names it and shows no value.
    pub fn fill(&self, text: &str) -> Result<String, Failure> {
        self.fill_and_note(text, &mut Vec::new())
    }

    /// The same, and adds each value that it puts in to `values`.
    pub(crate) fn fill_and_note(
        &self,
        text: &str,
        values: &mut Vec<String>,
    ) -> Result<String, Failure> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            filled.push_str(before);
            rest = after;
            if let Some(after) = after.strip_prefix('$') {
                filled.push('$');
                rest = after;
            } else if let Some((inside, behind)) =
                after.strip_prefix('{').and_then(|it| it.split_once('}'))
            {
                let (name, default) = match inside.split_once(":-") {
                    Some((name, default)) => (name, Some(default.to_owned())),
                    None => (inside, None),
                };
                let value = self.get(name).or(default).ok_or_else(|| unset(name))?;
                filled.push_str(&value);
                values.push(value);
                rest = behind;
            } else {
                filled.push('$');
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

fn invented(name: &str) -> String {
    format!("https://{}.example", name.to_lowercase().replace('_', "-"))
}

fn unset(name: &str) -> Failure {
    let what = format!("the variable {name} is not set");
    Failure::new(FailureKind::Step, Fault::User, "SEG7002", what)
        .hint(format!("export {name}=… and `segue resume`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variable_is_replaced_and_a_missing_one_is_named() {
        let known = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
        let variables = Variables::over_environment(known);
        assert_eq!(variables.fill("x${A}y${A}").unwrap(), "x1y1");
        assert_eq!(variables.fill("${SEGUE_UNSET:-d}").unwrap(), "d");
        assert_eq!(variables.fill("${open").unwrap(), "${open");
        assert_eq!(variables.fill("$$${A}$").unwrap(), "$1$");
        let invented = Variables::inventive().fill("${SEGUE_UNSET}/a");
        assert_eq!(invented.unwrap(), "https://segue-unset.example/a");
        let failure = variables.fill("${SEGUE_UNSET}").unwrap_err();
        assert!(failure.what.contains("SEGUE_UNSET"));
    }
}
