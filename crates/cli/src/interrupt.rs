//! Ctrl-C during a release. The first one asks, a second one stops safely;
//! where nobody can be asked, the first one stops.

use crate::console::Console;
use segue_engine::Handle;
use std::io::BufRead;
use tokio::{signal, sync::mpsc, task::JoinHandle};

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

async fn listen(handle: Handle, console: Console) {
    if next().await && console.can_ask() {
        console.note(
            "\nThe release goes on. `s` stops when what is running has ended (`segue resume` \
             goes on from there), `u` undoes everything, Ctrl-C again stops, Enter goes on.",
        );
        let mut answers = answers();
        loop {
            tokio::select! {
                again = next() => if again { break },
                answer = answers.recv() => match answer.as_deref() {
                    Some("s") | None => break,
                    Some("u") => {
                        console.note("Undoing.");
                        return handle.cancel("Ctrl-C");
                    }
                    Some(_) => {}
                },
            }
        }
    }
    console.note("Stopping when what is running has ended; `segue resume` goes on from there.");
    handle.stop();
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
