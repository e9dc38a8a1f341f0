//! What App Service says about a container that it is starting: the last lines
//! of its log (`containerlogs`), read for the wanted image.
//!
//! Source: "Troubleshoot container app startup issues in App Service": the
//! platform's lines read `<time> <LEVEL> - <text>`.

use crate::{
    arm::Arm,
    errors::{DENIED, NOT_FOUND},
    sites::Place,
};
use segue_model::Failure;

/// The container did not start.
pub(crate) const NOT_STARTED: &str = "SEG4013";

/// How far the wanted image's container got, as the log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Startup {
    /// The log does not speak of it.
    Unknown,
    /// It is being pulled or started.
    Starting,
    /// It serves.
    Ready,
    /// It will not; in Azure's words.
    Failed(String),
}

/// The log of a place; empty when there is none or it may not be read.
pub(crate) async fn log(arm: &Arm, place: &Place) -> Result<String, Failure> {
    let what = format!("cannot read the container log of {}", place.name);
    match arm.send(&what, &place.container_logs()).await {
        Ok(answer) => Ok(answer.text()),
        // The log makes failures fast and their words better; it is not needed.
        Err(failure) if [DENIED, NOT_FOUND].contains(&failure.code.as_str()) => Ok(String::new()),
        Err(failure) => Err(failure),
    }
}

/// How far the container of `image` got, according to what the log says after
/// `mark`, its last line before the deployment (empty: from its beginning).
pub(crate) fn read(log: &str, mark: &str, image: &str) -> Startup {
    let new = match log.rsplit_once(mark) {
        Some((_, after)) if !mark.is_empty() => after,
        _ => log,
    };
    let lines: Vec<&str> = new.lines().collect();
    let Some(first) = lines.iter().position(|line| line.contains(image)) else {
        return Startup::Unknown;
    };
    let about = lines.get(first..).unwrap_or_default();
    let failed: Vec<&str> = about
        .iter()
        .copied()
        .filter(|line| fails(line))
        .map(text)
        .collect();
    if !failed.is_empty() {
        Startup::Failed(failed.join("; "))
    } else if about
        .iter()
        .any(|line| line.contains("initialized successfully"))
    {
        Startup::Ready
    } else {
        Startup::Starting
    }
}

/// The log's last line, by which a later look knows what is new.
pub(crate) fn mark(log: &str) -> &str {
    log.lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default()
}

/// Whether a line says that the site will not start.
fn fails(line: &str) -> bool {
    const FATAL: [&str; 7] = [
        "failing site start",
        "did not start within expected time",
        "pull failed",
        "pull image failed",
        "pull image threw",
        "manifest unknown",
        "stopping site",
    ];
    let line = line.to_ascii_lowercase();
    line.contains("error") && FATAL.iter().any(|mark| line.contains(mark))
}

/// A line without its time and level.
fn text(line: &str) -> &str {
    line.split_once(" - ").map_or(line, |(_, text)| text).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PULL: &str = "2026-11-23T10:00:00.000Z INFO  - Pulling image: acr.io/fn@sha256:aa\n";
    const EXIT: &str = "2026-11-23T10:00:09.000Z ERROR - Container fn_0 for site fn has exited, failing site start\n";
    const READY: &str = "2026-11-23T10:00:05.000Z INFO  - Container fn_0 for site fn initialized successfully and is ready to serve requests.\n";
    const IMAGE: &str = "acr.io/fn@sha256:aa";

    #[test]
    fn the_log_is_read_for_the_wanted_image_only() {
        let other = EXIT.to_owned() + PULL;
        assert_eq!(read(EXIT, "", IMAGE), Startup::Unknown);
        assert_eq!(read(&other, "", IMAGE), Startup::Starting);
        assert_eq!(read(&(PULL.to_owned() + READY), "", IMAGE), Startup::Ready);
        assert_eq!(
            read(&(PULL.to_owned() + EXIT), "", IMAGE),
            Startup::Failed("Container fn_0 for site fn has exited, failing site start".into())
        );
    }

    #[test]
    fn what_an_earlier_deployment_of_the_image_met_does_not_count() {
        let earlier = PULL.to_owned() + EXIT;
        let mark = mark(&earlier);
        assert_eq!(read(&earlier, mark, IMAGE), Startup::Unknown);
        let later = format!("{earlier}{}", PULL.replace("10:00:00", "10:05:00"));
        assert_eq!(read(&later, mark, IMAGE), Startup::Starting);
    }

    #[test]
    fn an_image_that_is_not_there_is_a_failure_in_azures_words() {
        let log = format!(
            "{PULL}2026-11-23T10:00:01Z ERROR - Image pull failed: Verify docker image configuration and credentials\n"
        );
        assert_eq!(
            read(&log, "", IMAGE),
            Startup::Failed(
                "Image pull failed: Verify docker image configuration and credentials".into()
            )
        );
    }
}
