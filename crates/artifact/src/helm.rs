//! The real `helm` program, without a shell, bounded in time and output.

use crate::{Chart, Charts, code};
use async_trait::async_trait;
use segue_model::Failure;
use std::{ffi::OsString, path::PathBuf, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Command,
};

/// The largest rendering that is taken, in bytes: 16 MiB.
const MAX_OUTPUT: u64 = 16 << 20;

/// The longest complaint that is kept, in bytes.
const MAX_WORDS: u64 = 64 << 10;

/// How long one call may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The `helm` program, version 3.14 or later.
#[derive(Debug, Clone)]
pub struct Helm {
    program: PathBuf,
    timeout: Duration,
}

impl Helm {
    /// Helm at this path, or under this name in `PATH`.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            timeout: TIMEOUT,
        }
    }

    /// With another bound on the time that one call may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    async fn run(&self, arguments: Vec<OsString>, what: &str) -> Result<String, Failure> {
        let mut child = Command::new(&self.program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| self.missing(&error))?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let all = async {
            let (text, words) =
                tokio::join!(bounded(stdout, MAX_OUTPUT), bounded(stderr, MAX_WORDS));
            if text.len() as u64 > MAX_OUTPUT {
                return Ok((None, text, words));
            }
            Ok((Some(child.wait().await?), text, words))
        };
        let done = tokio::time::timeout(self.timeout, all).await;
        let failed = |why: String| code::refused(code::NOT_RENDERED, format!("helm {what} {why}"));
        let (status, text, words) = match done {
            Err(_) => return Err(failed(format!("took more than {:?}", self.timeout))),
            Ok(Err(error)) => return Err(self.missing(&error)),
            Ok(Ok(done)) => done,
        };
        let Some(status) = status else {
            return Err(failed(format!("wrote more than {} MiB", MAX_OUTPUT >> 20)));
        };
        if !status.success() {
            let words = String::from_utf8_lossy(&words);
            return Err(failed("failed".into()).words(words.trim()));
        }
        String::from_utf8(text).map_err(|_| failed("wrote something that is no UTF-8".into()))
    }

    fn missing(&self, error: &std::io::Error) -> Failure {
        let program = self.program.display();
        code::refused(code::NO_HELM, format!("`{program}` cannot be run"))
            .words(error.to_string())
            .hint("install Helm (https://helm.sh/docs/intro/install/); only `segue lock` needs it")
    }
}

impl Default for Helm {
    /// The `helm` in `PATH`.
    fn default() -> Self {
        Self::new("helm")
    }
}

#[async_trait]
impl Charts for Helm {
    async fn version(&self) -> Result<String, Failure> {
        let arguments = ["version", "--template", "{{.Version}}"];
        let text = self
            .run(arguments.map(OsString::from).into(), "version")
            .await?;
        Ok(text.trim().to_owned())
    }

    async fn render(&self, chart: &Chart) -> Result<String, Failure> {
        self.run(arguments(chart), &format!("template {}", chart.release))
            .await
    }
}

/// What a chart holds besides templates goes in with it (`crds/`); its tests do
/// not. Hooks stay visible, so that they can be refused.
fn arguments(chart: &Chart) -> Vec<OsString> {
    let mut all: Vec<OsString> = ["template", "--include-crds", "--skip-tests"]
        .map(OsString::from)
        .into();
    all.extend(["--namespace".into(), chart.namespace.clone().into()]);
    for file in &chart.values {
        all.extend(["--values".into(), file.into()]);
    }
    all.extend([
        "--set-string".into(),
        format!("image.tag={}", chart.tag).into(),
    ]);
    all.extend(["--".into(), chart.release.clone().into()]);
    all.push(chart.path.clone().into());
    all
}

/// Reads to the end, or one byte more than `limit`. What was read before an
/// error counts: the exit status tells the rest.
async fn bounded(from: Option<impl AsyncRead + Unpin>, limit: u64) -> Vec<u8> {
    let mut read = Vec::new();
    if let Some(from) = from {
        let _ = from.take(limit + 1).read_to_end(&mut read).await;
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> Chart {
        Chart {
            release: "auth".into(),
            namespace: "storefront".into(),
            path: "charts/auth".into(),
            values: vec!["a.yaml".into(), "b.yaml".into()],
            tag: "2.1.0".into(),
        }
    }

    #[test]
    fn the_version_is_the_image_tag_and_nothing_can_pass_for_a_flag() {
        let text: Vec<_> = arguments(&chart())
            .into_iter()
            .map(|argument| argument.into_string().unwrap())
            .collect();
        assert_eq!(
            text.join(" "),
            "template --include-crds --skip-tests --namespace storefront \
             --values a.yaml --values b.yaml --set-string image.tag=2.1.0 -- auth charts/auth"
        );
    }

    #[tokio::test]
    async fn a_missing_program_says_what_to_install() {
        let failure = Helm::new("/nowhere/helm").version().await.unwrap_err();
        assert_eq!(failure.code, code::NO_HELM);
        assert!(failure.hint.contains("install Helm"));
    }

    #[tokio::test]
    async fn a_program_that_fails_is_quoted() {
        let failure = Helm::new("ls").render(&chart()).await.unwrap_err();
        assert_eq!(failure.code, code::NOT_RENDERED);
        assert!(!failure.words.is_empty());
    }

    #[tokio::test]
    async fn a_program_that_does_not_end_is_ended() {
        let helm = Helm::new("cat").timeout(Duration::from_millis(50));
        let endless = Helm {
            program: "tail".into(),
            ..helm
        };
        let arguments = vec!["-f".into(), "/dev/null".into()];
        let failure = endless.run(arguments, "template x").await.unwrap_err();
        assert!(failure.what.contains("took more than"), "{failure}");
    }

    #[tokio::test]
    async fn endless_output_is_cut() {
        let helm = Helm::new("cat");
        let failure = helm
            .run(vec!["/dev/zero".into()], "template x")
            .await
            .unwrap_err();
        assert!(failure.what.contains("16 MiB"), "{failure}");
    }
}
