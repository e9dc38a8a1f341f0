//! Ctrl-C during a release. The first one asks, a second one stops safely, a
//! third one does not wait; where nobody can be asked, the first one stops.

use crate::person;
use segue_engine::Handle;
use std::io::BufRead;
use tokio::{signal, sync::mpsc, task::JoinHandle};

const QUESTION: &str = "
The release goes on. What now?
  Enter         let it go on
  s, or Ctrl-C  stop: begin nothing more and wait for what is running
  u             undo everything";

/// What is said to whoever watches a release.
pub enum Said {
    /// Something to know.
    Line(&'static str),
    /// Something to answer.
    Ask(&'static str),
    /// It was answered.
    GoOn,
}

/// Where it is said.
pub type Voice = mpsc::UnboundedSender<Said>;

/// Listens until it is dropped.
pub struct Interrupt(JoinHandle<()>);

impl Interrupt {
    /// From now on Ctrl-C and SIGTERM reach the release behind `handle`.
    /// What is to be said goes through `voice`: the screen is the view's.
    pub fn listen(handle: Handle, can_ask: bool, voice: Voice) -> Self {
        Self(tokio::spawn(listen(handle, can_ask, voice)))
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

async fn listen(handle: Handle, can_ask: bool, voice: Voice) {
    let by = person::name();
    // Whoever shows the release may have ended already.
    let say = |said| drop(voice.send(said));
    let wish = match next().await {
        true if can_ask => ask(&say).await,
        _ => Wish::Stop,
    };
    if let Wish::Undo = wish {
        say(Said::Line("Undoing everything; Ctrl-C stops."));
        handle.cancel(&by, "Ctrl-C");
        next().await;
    }
    say(Said::Line(
        "Stopping when what is running has ended; Ctrl-C again does not wait for it.",
    ));
    handle.stop(&by);
    next().await;
    say(Said::Line("Stopping at once."));
    handle.stop(&by);
}

/// Asks until there is a wish; letting it go on is none.
async fn ask(say: &impl Fn(Said)) -> Wish {
    let mut answers = answers();
    say(Said::Ask(QUESTION));
    let wish = loop {
        tokio::select! {
            again = next() => if again { break Wish::Stop },
            answer = answers.recv() => match answer.as_deref() {
                Some("s") | None => break Wish::Stop,
                Some("u") => break Wish::Undo,
                Some("") => {
                    say(Said::GoOn);
                    next().await;
                    say(Said::Ask(QUESTION));
                }
                Some(_) => say(Said::Ask("Type Enter, s or u.")),
            },
        }
    };
    say(Said::GoOn);
    wish
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
