//! A PostgreSQL server of this test program's own, gone with it.

use std::{
    fs,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Nobody: whoever is root may not run a server.
const NOBODY: u32 = 65534;

/// A server that runs until it is dropped.
pub struct Server {
    process: Child,
    url: String,
    // Goes after the server.
    _home: TempDir,
}

impl Server {
    /// None where no server is installed, which is said loudly, and a failure where
    /// there has to be one.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            let wanted = std::env::var("SEGUE_REQUIRE_POSTGRES").is_ok_and(|it| it == "1");
            assert!(!wanted, "no PostgreSQL server is installed");
            eprintln!(
                "NOT TESTED: no PostgreSQL server here; scripts/install-postgres installs it"
            );
            return None;
        };
        let home = tempfile::tempdir().unwrap();
        if is_root() {
            chown(home.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let data = home.path().join("data");
        let made = as_nobody(&programs.join("initdb"))
            .args([
                "--auth=trust",
                "--username=segue",
                "--no-locale",
                "--no-sync",
                "--pgdata",
            ])
            .arg(&data)
            .current_dir(home.path())
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        // Of what is free now; nobody else begins to listen in this instant.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let log = home.path().join("log");
        let process = as_nobody(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k"])
            .arg(home.path())
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).unwrap())
            .process_group(0)
            .spawn()
            .unwrap();
        let server = Self {
            process,
            url: format!("postgres://segue@127.0.0.1:{port}/postgres?sslmode=disable"),
            _home: home,
        };
        ready(&log);
        Some(server)
    }

    /// Its address, as people write it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGQUIT: at once, with all of its children.
        let quit = format!("kill -QUIT {}", self.process.id());
        let _ = Command::new("sh").args(["-c", &quit]).status();
        let _ = self.process.wait();
    }
}

/// The directory that holds `postgres` and `initdb`.
fn programs() -> Option<PathBuf> {
    let said = std::env::var_os("SEGUE_POSTGRES_BIN").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let debian = debian.flatten().map(|it| it.path().join("bin"));
    let mut places = said
        .into_iter()
        .chain(debian)
        .chain(std::env::split_paths(&path));
    places.find(|it| it.join("postgres").exists() && it.join("initdb").exists())
}

fn ready(log: &Path) {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let text = fs::read_to_string(log).unwrap_or_default();
        if text.contains("ready to accept connections") {
            return;
        }
        assert!(!text.contains("FATAL") && Instant::now() < until, "{text}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
}

/// `program`, not as root.
fn as_nobody(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let nobody = NOBODY.to_string();
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid",
            &nobody,
            "--regid",
            &nobody,
            "--clear-groups",
            "--",
        ])
        .arg(program);
    command
}
