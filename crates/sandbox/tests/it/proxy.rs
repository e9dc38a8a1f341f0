//! A forward proxy between Segue and the clouds, as the surroundings name it.
//! Variables hold for a process, so this test runs itself once more with them.

use crate::world::{World, small};
use segue_connect::{Endpoints, registry, units};
use segue_model::{FailureKind, OperationId, OperationKey, ReleaseId};
use segue_platform::{Call, Timeouts};
use serde_json::json;
use std::{
    collections::BTreeSet,
    net::SocketAddr,
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    process::Command,
};

/// Says that this process is the one behind the proxy.
const BEHIND: &str = "SEGUE_TEST_BEHIND_PROXY";

/// The cluster's name, which only the proxy knows where to find.
const CLUSTER: &str = "cluster.segue-test.invalid:8001";

type Asked = Arc<Mutex<BTreeSet<String>>>;

/// A proxy that knows one place and refuses every other.
async fn proxy(cluster: SocketAddr) -> (SocketAddr, Asked) {
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))
        .await
        .unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Asked::default();
    let noted = asked.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(tunnel(client, cluster, noted.clone()));
        }
    });
    (address, asked)
}

async fn tunnel(client: TcpStream, cluster: SocketAddr, asked: Asked) {
    let mut client = BufReader::new(client);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if client.read_line(&mut head).await.is_ok_and(|it| it == 0) {
            return;
        }
    }
    let place = head.split(' ').nth(1).unwrap_or_default().to_owned();
    asked.lock().unwrap().insert(place.clone());
    if place != CLUSTER || !head.starts_with("CONNECT ") {
        let refusal = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n";
        let _ = client.write_all(refusal.as_bytes()).await;
        return;
    }
    let mut server = TcpStream::connect(cluster).await.unwrap();
    let opened = client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
    opened.unwrap();
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_go_through_the_proxy_of_their_surroundings() {
    if std::env::var_os(BEHIND).is_some() {
        return behind().await;
    }
    let world = World::start(&small(), 0.05).await;
    let endpoints = &world.sandbox.running.endpoints;
    let url = &endpoints.kubernetes.values().next().unwrap().url;
    let cluster = url.strip_prefix("http://").unwrap().parse().unwrap();
    let (proxy, asked) = proxy(cluster).await;
    let directory = tempfile::tempdir().unwrap();
    let kubeconfig = json!({
        "clusters": [{"name": "c", "cluster": {
            "server": format!("http://{CLUSTER}"), "proxy-url": format!("http://{proxy}"),
        }}],
        "users": [{"name": "u", "user": {"token": endpoints.token}}],
        "contexts": [{"name": "aks-production", "context": {"cluster": "c", "user": "u"}}],
    });
    let kubeconfig_at = directory.path().join("config");
    std::fs::write(&kubeconfig_at, kubeconfig.to_string()).unwrap();
    let google = json!({
        "type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r",
    });
    let google_at = directory.path().join("google.json");
    std::fs::write(&google_at, google.to_string()).unwrap();
    let behind = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("proxy::clients_go_through_the_proxy_of_their_surroundings")
        .env(BEHIND, "1")
        .env("HTTPS_PROXY", format!("http://{proxy}"))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env("KUBECONFIG", kubeconfig_at)
        .env("GOOGLE_APPLICATION_CREDENTIALS", google_at)
        .envs([
            ("AZURE_TENANT_ID", "00000000-0000-0000-0000-000000000000"),
            ("AZURE_CLIENT_ID", "00000000-0000-0000-0000-000000000000"),
            ("AZURE_CLIENT_SECRET", "s"),
        ])
        .stdin(Stdio::null())
        .output();
    let behind = tokio::time::timeout(Duration::from_secs(120), behind);
    let behind = behind.await.expect("it ends").unwrap();
    let said = String::from_utf8_lossy(&behind.stdout).into_owned();
    let complained = String::from_utf8_lossy(&behind.stderr).into_owned();
    assert!(behind.status.success(), "{said}\n{complained}");
    let asked = asked.lock().unwrap().clone();
    let wanted = [
        CLUSTER,
        "gate.segue-test.invalid:443",
        "login.microsoftonline.com:443",
        "oauth2.googleapis.com:443",
    ];
    let wanted: BTreeSet<_> = wanted.iter().map(ToString::to_string).collect();
    assert_eq!(asked, wanted, "{said}");
}

/// What is asked in the process behind the proxy.
async fn behind() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let project = small();
    let endpoints = Endpoints {
        timeouts: Timeouts::default().scaled(0.1),
        ..Endpoints::default()
    };
    let registry = registry(&project.manifest, &project.directory, &endpoints);
    let registry = registry.await.unwrap();
    for unit in units(&project.manifest, &project.lock).unwrap() {
        let seen = registry.platforms[&unit.target].observe(&unit);
        let seen = tokio::time::timeout(Duration::from_secs(30), seen).await;
        println!("{}@{}: {seen:?}", unit.module, unit.target);
        match unit.target.as_str() {
            "aks" => assert!(seen.unwrap().unwrap().version.is_some()),
            // A proxy that refuses is a broken network.
            _ => assert_eq!(
                seen.unwrap().unwrap_err().kind,
                FailureKind::Unavailable,
                "{}",
                unit.target
            ),
        }
    }
    let release = ReleaseId::new("r1");
    let call = Call::detached(OperationKey::new(
        &release,
        &OperationId::new("gate"),
        false,
    ));
    let gate = json!({"url": "https://gate.segue-test.invalid/", "status": 200});
    let asked = registry.performers["http.gate"].perform(&call, &gate).await;
    assert_eq!(asked.unwrap_err().kind, FailureKind::Unavailable);
}
