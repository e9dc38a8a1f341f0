//! Each performer against a real peer on loopback or a real repository.

#![allow(clippy::unwrap_used)]

mod command;
mod git_tag;
mod http;
mod window;

use segue_model::{OperationId, OperationKey, ReleaseId};
use segue_platform::Call;

fn call() -> Call {
    let release = ReleaseId::new("r1");
    Call::detached(OperationKey::new(&release, &OperationId::new("op"), false))
}
