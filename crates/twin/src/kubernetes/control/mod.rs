//! The controllers: after every change they look at everything and do what is
//! missing, until nothing is.

use super::Inner;
use std::sync::Arc;

/// Runs until it is aborted.
pub async fn run(inner: Arc<Inner>) {
    let mut changes = inner.store().subscribe();
    loop {
        if changes.changed().await.is_err() {
            return;
        }
    }
}
