//! Randomness from the operating system, for new keys.

use crate::errors;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use segue_model::Failure;
use segue_platform::Secret;

/// 32 random bytes in base64url: 43 characters that are safe in URLs and headers.
pub(crate) fn token() -> Result<Secret, Failure> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::internal(errors::UNUSABLE, "the system gives no randomness")
            .words(error.to_string())
    })?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_never_the_same() {
        let (one, other) = (token().unwrap(), token().unwrap());
        assert_eq!(one.expose().len(), 43);
        assert_ne!(one.expose(), other.expose());
    }
}
