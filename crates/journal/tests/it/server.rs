//! A PostgreSQL server of this test program's own. It goes, with all that it
//! wrote, when the program goes, however that ends.

use std::{
    fs,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// In URLs as it stands here; it must not be seen anywhere else.
pub const PASSWORD: &str = "open-sesame-1001";

/// Nobody: whoever is root may not run a server.
const NOBODY: u32 = 65534;

pub struct Server {
    pub port: u16,
    /// The authority that signed its certificate for `localhost`.
    pub authority: PathBuf,
    pub log: PathBuf,
    databases: AtomicU32,
}

/// None where no server is installed, which is said loudly; and a failure where
/// one has to be there.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| programs().map(|programs| Server::start(&programs)));
    if server.is_none() {
        let wanted = std::env::var("SEGUE_REQUIRE_POSTGRES").is_ok_and(|it| it == "1");
        assert!(!wanted, "no PostgreSQL server: scripts/install-postgres");
        eprintln!("NOT TESTED: no PostgreSQL server here; scripts/install-postgres installs it");
    }
    server.as_ref()
}

/// The directory that holds `postgres` and `initdb`.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::var_os("SEGUE_POSTGRES_BIN")
        .map(PathBuf::from)
        .into_iter()
        .chain(std::env::split_paths(&path))
        .collect();
    for version in fs::read_dir("/usr/lib/postgresql").into_iter().flatten() {
        places.push(version.unwrap().path().join("bin"));
    }
    let has_all = |place: &PathBuf| {
        let there = ["postgres", "initdb"].map(|name| place.join(name).exists());
        there == [true, true]
    };
    let place = places.into_iter().find(has_all)?;
    // Debian's wrappers are links into the real place, where all else is found.
    let postgres = fs::canonicalize(place.join("postgres")).ok()?;
    postgres.parent().map(Path::to_owned)
}

impl Server {
    fn start(programs: &Path) -> Self {
        let directory = tempfile::tempdir().unwrap().keep();
        let data = directory.join("data");
        fs::create_dir(&data).unwrap();
        let password = directory.join("password");
        fs::write(&password, PASSWORD).unwrap();
        let authority = certificates(&directory);
        if is_root() {
            give_away(&directory);
        }
        let made = as_nobody(&programs.join("initdb"))
            .args(["--auth=password", "--username=segue", "--encoding=UTF8"])
            .args(["--no-locale", "--no-sync"])
            .arg(format!("--pwfile={}", password.display()))
            .arg("--pgdata")
            .arg(&data)
            .current_dir(&directory)
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {made:?}");
        // By SCRAM where it is meant: what it costs on purpose is a lot for a debug
        // build that connects often.
        let hba = fs::read_to_string(data.join("pg_hba.conf")).unwrap();
        let scram = "host all careful 127.0.0.1/32 scram-sha-256\n";
        fs::write(data.join("pg_hba.conf"), format!("{scram}{hba}")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let server = Self {
            port,
            authority,
            log: directory.join("log"),
            databases: AtomicU32::new(0),
        };
        server.run(programs, &directory);
        server.wait();
        server
    }

    /// The server under a shell that stops it and removes everything when its
    /// standard input ends: when this program does.
    fn run(&self, programs: &Path, directory: &Path) {
        let mut server = as_nobody(&programs.join("postgres"));
        server
            .arg("-D")
            .arg(directory.join("data"))
            .args(["-p", &self.port.to_string(), "-h", "127.0.0.1", "-k"])
            .arg(directory)
            .args([
                "-c",
                "fsync=on",
                "-c",
                "ssl=on",
                "-c",
                "max_connections=200",
            ])
            .arg("-c")
            .arg(format!("ssl_cert_file={}/server.crt", directory.display()))
            .arg("-c")
            .arg(format!("ssl_key_file={}/server.key", directory.display()));
        let shell = r#"
            trap '' INT TERM HUP
            gone=$1; log=$2; shift 2
            "$@" >"$log" 2>&1 </dev/null &
            read -r _
            kill -QUIT $!
            wait $!
            rm -rf "$gone""#;
        let keeper = Command::new("sh")
            .args(["-c", shell, "keeper"])
            .arg(directory)
            .arg(&self.log)
            .arg(server.get_program())
            .args(server.get_args())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        // Its standard input ends with this program, and with nothing else.
        std::mem::forget(keeper);
    }

    fn wait(&self) {
        for _ in 0..600 {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            if log.contains("ready to accept connections") {
                return;
            }
            assert!(!log.contains("FATAL"), "{log}");
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!(
            "the server does not come up: {:?}",
            fs::read_to_string(&self.log)
        );
    }

    /// The address of `database`, reached by `port`.
    pub fn url(&self, port: u16, database: &str) -> String {
        format!("postgres://segue:{PASSWORD}@127.0.0.1:{port}/{database}")
    }

    /// A new, empty database's name.
    pub async fn database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("journal{number}");
        self.sql("postgres", &format!("CREATE DATABASE {name}"))
            .await;
        name
    }

    /// What an administrator, or somebody behind Segue's back, does.
    pub async fn sql(&self, database: &str, statements: &str) -> Vec<String> {
        let url = self.url(self.port, database);
        let connected = tokio_postgres::connect(&url, tokio_postgres::NoTls).await;
        let (client, wire) = connected.unwrap();
        let driven = tokio::spawn(wire);
        let answer = client.simple_query(statements).await.unwrap();
        drop(client);
        driven.await.unwrap().unwrap();
        let first = |message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        };
        answer.into_iter().filter_map(first).collect()
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

fn give_away(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() {
        for child in fs::read_dir(path).unwrap() {
            give_away(&child.unwrap().path());
        }
    }
}

/// A certificate for `localhost`, its key, and the authority that signed it.
fn certificates(directory: &Path) -> PathBuf {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".into()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    fs::write(directory.join("server.crt"), certificate.pem()).unwrap();
    let key_file = directory.join("server.key");
    fs::write(&key_file, key.serialize_pem()).unwrap();
    let only_owner = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(&key_file, only_owner).unwrap();
    let authority = directory.join("authority.pem");
    fs::write(&authority, issuer.pem()).unwrap();
    authority
}
