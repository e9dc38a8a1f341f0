//! Which process holds a lock, so that another one of the same machine can see
//! that it is gone, and need not wait for the end of its term.

use std::fs;

/// This process: the machine since it was started, the process's name space, its
/// number, and when it began; empty where the system does not tell.
pub(super) fn this() -> String {
    let pid = std::process::id();
    match (world(), began(pid)) {
        (Some(world), Some(began)) => format!("{world} {pid} {began}"),
        _ => String::new(),
    }
}

/// Whether `process` is known to be gone. A process of another machine, or one
/// that this one may not see, is not.
pub(super) fn is_gone(process: &str) -> bool {
    let words: Vec<&str> = process.split(' ').collect();
    let [boot, space, pid, when] = words[..] else {
        return false;
    };
    // Where the first process is hidden, others are.
    let (Ok(pid), Some(_), Some(world)) = (pid.parse(), began(1), world()) else {
        return false;
    };
    world == format!("{boot} {space}") && began(pid).as_deref() != Some(when)
}

fn world() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), space.display()))
}

/// When a process that is there began, in ticks since the machine was started;
/// none for one that has ended, too, whether its parent has heard of it or not.
fn began(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in brackets, may hold anything; state is the first word after it,
    // the beginning the twentieth (proc_pid_stat(5)).
    let (_, after) = stat.rsplit_once(") ")?;
    let mut words = after.split(' ');
    let state = words.next()?;
    let began = words.nth(18)?;
    (!matches!(state, "Z" | "X")).then(|| began.to_owned())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn a_process_is_gone_when_it_has_ended() {
        assert!(!is_gone(&this()), "{}", this());
        for unknown in ["", "another machine's 1 2", "boot pid:[1] 1 5"] {
            assert!(!is_gone(unknown));
        }
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let pid = child.id();
        let name = format!("{} {pid} {}", world().unwrap(), began(pid).unwrap());
        assert!(!is_gone(&name));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(is_gone(&name));
    }
}
