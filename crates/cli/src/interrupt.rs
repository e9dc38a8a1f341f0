//! Ctrl-C during a release. The first one asks, a second one stops safely, a
//! third one does not wait; where nobody can be asked, the first one stops.

use crate::console::Console;
use segue_engine::Handle;
use std::io::BufRead;
use tokio::{signal, sync::mpsc, task::JoinHandle};

const QUESTION: &str = "
The release goes on. What now?
  Enter         let it go on
  s, or Ctrl-C  stop: begin nothing more and wait for what is running
  u             undo everything";

/// Listens until it is dropped.
pub struct Interrupt(JoinHandle<()>);

impl Interrupt {
    /// From now on Ctrl-C and SIGTERM reach the release behind `handle`.
    pub fn listen(handle: Handle, console: Console) -> Self {
        Self(tokio::spawn(listen(handle, console)))
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What a person wants of a running release.
enum Wish {
    Stop,
    Undo,
}

async fn listen(handle: Handle, console: Console) {
    let wish = match next().await {
        true if console.can_ask() => ask(console).await,
        _ => Wish::Stop,
    };
    match wish {
        Wish::Undo => {
            console.note("Undoing everything; Ctrl-C stops.");
            handle.cancel("Ctrl-C");
            next().await;
        }
        Wish::Stop => {}
    }
    console.note("Stopping when what is running has ended; Ctrl-C again does not wait for it.");
    handle.stop();
    next().await;
    console.note("Stopping at once.");
    handle.stop();
}

/// Asks until there is a wish; letting it go on is none.
async fn ask(console: Console) -> Wish {
    console.note(QUESTION);
    let mut answers = answers();
    loop {
        tokio::select! {
            again = next() => if again { return Wish::Stop },
            answer = answers.recv() => match answer.as_deref() {
                Some("s") | None => return Wish::Stop,
                Some("u") => return Wish::Undo,
                Some("") => {
                    console.note("The release goes on; Ctrl-C asks again.");
                    next().await;
                    console.note(QUESTION);
                }
                Some(_) => console.note("Type Enter, s or u."),
            },
        }
    }
}

/// Waits for the next Ctrl-C or SIGTERM; false when none can ever come.
async fn next() -> bool {
    let terminate = signal::unix::signal(signal::unix::SignalKind::terminate());
    let Ok(mut terminate) = terminate else {
        return signal::ctrl_c().await.is_ok();
    };
    tokio::select! {
        interrupt = signal::ctrl_c() => interrupt.is_ok(),
        signal = terminate.recv() => signal.is_some(),
    }
}

/// Lines from the keyboard. The thread ends with the process: reading a
/// terminal cannot be taken back.
fn answers() -> mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line.trim().to_lowercase()).is_err() {
                break;
            }
        }
    });
    receiver
}
