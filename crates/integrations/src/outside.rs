//! Where other people's hosts are reached.

use crate::Variables;
use segue_model::{Failure, FailureKind, Fault};

/// Fills in variables, and finds the address of what is not ours.
#[derive(Clone, Default)]
pub struct Outside {
    variables: Variables,
    base: Option<String>,
}

impl Outside {
    /// Hosts are where their names lead; with a `base`, `https://host/path` is
    /// asked at `base/host/path` instead.
    pub fn new(variables: Variables, base: Option<String>) -> Self {
        Self { variables, base }
    }

    /// The address to ask for what a manifest calls `url`.
    ///
    /// # Errors
    /// When a variable in it is not set, or it is no HTTP address.
    pub fn address(&self, url: &str) -> Result<String, Failure> {
        let filled = self.variables.fill(url)?;
        let rest = ["https://", "http://"]
            .iter()
            .find_map(|scheme| filled.strip_prefix(scheme))
            .ok_or_else(|| {
                Failure::new(
                    FailureKind::Step,
                    Fault::User,
                    "SEG7008",
                    format!("{url} does not begin with https:// or http://"),
                )
            })?;
        Ok(match &self.base {
            Some(base) => format!("{base}/{rest}"),
            None => filled,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_a_base_every_host_is_behind_it() {
        let outside = Outside::new(Variables::default(), Some("http://127.0.0.1:9".into()));
        let address = outside.address("https://ci.example/qa?x=1").unwrap();
        assert_eq!(address, "http://127.0.0.1:9/ci.example/qa?x=1");
        let direct = Outside::default().address("https://ci.example/qa").unwrap();
        assert_eq!(direct, "https://ci.example/qa");
        assert_eq!(outside.address("ftp://x").unwrap_err().code, "SEG7008");
    }
}
