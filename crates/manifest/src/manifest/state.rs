//! Where the journal and the environment's lock are kept, when it is not beside
//! the manifest. The address may hold a password: it is filled in when it is
//! used, and nothing here shows it.

use crate::{Code, Spanned, variables};
use segue_model::{Failure, FailureKind, Fault};
use std::fmt;

/// The schemes of PostgreSQL's addresses. Source: PostgreSQL, "Connection URIs".
pub(crate) const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// Where a team's journal is kept, as the manifest writes it.
#[derive(Clone, PartialEq, Eq)]
pub struct State {
    pub(crate) written: Spanned<String>,
}

impl State {
    /// The address, with the values of its variables; it begins with `postgres://`
    /// or `postgresql://`. It may hold a password: for the one who connects, and
    /// to be written nowhere.
    ///
    /// # Errors
    /// When a variable has no value, or what comes of it is another address. The
    /// failure names variables and shows no value.
    pub fn address(&self, vars: &dyn Fn(&str) -> Option<String>) -> Result<String, Failure> {
        let refused = |what: String| {
            Failure::new(FailureKind::Step, Fault::User, Code::State.as_str(), what)
                .hint("export it as postgres://USER:PASSWORD@HOST/DATABASE")
        };
        let address = variables::fill(&self.written, vars)
            .map_err(|why| refused(format!("`state`: {why}")))?;
        if SCHEMES.iter().any(|scheme| address.starts_with(scheme)) {
            Ok(address)
        } else {
            Err(refused(format!(
                "`state`: what `{}` stands for is not the address of a PostgreSQL database",
                self.written.value
            )))
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::Span;

    fn address(written: &str, value: Option<&str>) -> Result<String, Failure> {
        let state = State {
            written: Spanned::new(written.into(), Span::default()),
        };
        assert_eq!(format!("{state:?}"), "State(…)");
        state.address(&|_| value.map(str::to_owned))
    }

    #[test]
    fn variables_are_filled_in_when_it_is_used() {
        let filled = address("postgres://u:${PW}@h/d", Some("secret"));
        assert_eq!(filled.unwrap(), "postgres://u:secret@h/d");
        let whole = address("${SEGUE_STATE}", Some("postgresql://h/d"));
        assert_eq!(whole.unwrap(), "postgresql://h/d");
    }

    #[test]
    fn law_9_what_is_no_address_is_refused_and_not_repeated() {
        for value in [
            "",
            "sqlite:///secret",
            "http://u:secret@h",
            "host=h password=secret",
        ] {
            let failure = address("${SEGUE_STATE}", Some(value)).unwrap_err();
            assert_eq!(failure.code, "SEG1032", "{value}");
            assert!(failure.what.contains("${SEGUE_STATE}"), "{failure}");
            assert!(!format!("{failure:?}").contains("secret"), "{value}");
        }
        let failure = address("${SEGUE_STATE}", None).unwrap_err();
        assert!(
            failure.what.contains("`SEGUE_STATE` has no value"),
            "{failure}"
        );
    }
}
