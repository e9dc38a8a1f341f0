//! Ids as the clouds write them.

/// `digits` random hexadecimal digits.
pub(super) fn hex(digits: usize) -> String {
    (0..digits).map(|_| fastrand::digit(16)).collect()
}

/// A random UUID, version 4.
pub(super) fn uuid() -> String {
    let variant = ["8", "9", "a", "b"][fastrand::usize(..4)];
    format!(
        "{}-{}-4{}-{variant}{}-{}",
        hex(8),
        hex(4),
        hex(3),
        hex(3),
        hex(12)
    )
}
