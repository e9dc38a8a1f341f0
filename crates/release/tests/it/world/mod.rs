//! The world that the laws are held against: a journal, a process that carries
//! out commands and may die, a platform that knows each effect by its key, and
//! people. The model check tries everything that can happen in it, the random
//! tests some of it with hundreds of operations.

mod act;
mod begin;
mod end;
mod facts;
mod law;
mod process;
mod scene;
mod state;

pub use act::{Act, Asked};
pub use facts::Told;
pub use law::{Breach, Law};
pub use scene::{Part, Scene};
pub use state::{Budget, World};
