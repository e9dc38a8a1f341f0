//! The real `helm` program, without a shell, bounded in time and output.

use crate::{Chart, Charts, code};
use async_trait::async_trait;
use segue_model::Failure;
use segue_program::{MAX_OUTPUT, Program, Stop};
use std::{ffi::OsString, path::PathBuf, time::Duration};

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
        let failed = |why: String| code::refused(code::NOT_RENDERED, format!("helm {what} {why}"));
        let output = Program::new(&self.program, arguments)
            .answer("", self.timeout)
            .await
            .map_err(|stop| match stop {
                Stop::Missing(error) => self.missing(&error),
                Stop::Slow => failed(format!("took more than {:?}", self.timeout)),
                Stop::Large => failed(format!("wrote more than {} MiB", MAX_OUTPUT >> 20)),
            })?;
        if !output.success {
            return Err(failed("failed".into()).words(output.words));
        }
        String::from_utf8(output.text)
            .map_err(|_| failed("wrote something that is no UTF-8".into()))
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
}
