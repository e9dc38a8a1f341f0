//! `POST …/containerlogs`: what the platform wrote while it started the
//! container, in the words it writes there.

use super::{
    Target,
    instance::{Instance, Standing},
};
use crate::azure::error::Answer;
use axum::{
    http::{StatusCode, header},
    response::IntoResponse,
};

/// The log of the slot's present container; 204 when there is none.
pub(super) async fn post(target: &Target<'_>) -> Answer {
    let instance = target.front.instance();
    if instance.standing() == Standing::Nothing {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let text: String = lines(target, &instance)
        .iter()
        .map(|line| format!("{:.3} {line}\n", instance.since))
        .collect();
    let kind = [(header::CONTENT_TYPE, "application/octet-stream")];
    Ok((kind, text).into_response())
}

/// The container's name.
pub(super) fn container(target: &Target<'_>, instance: &Instance) -> String {
    let start = instance.id.get(..8).unwrap_or_default();
    format!("{}_0_{start}", target.name().replace('/', "__"))
}

fn lines(target: &Target<'_>, instance: &Instance) -> Vec<String> {
    let (image, site) = (&instance.image, target.name().replace('/', "__"));
    let container = container(target, instance);
    let mut lines = vec![format!("INFO  - Pulling image: {image}")];
    if instance.standing() == Standing::ImageNotFound {
        lines.push(format!(
            "ERROR - DockerApiException: Docker API responded with status code=NotFound, \
             response={{\"message\":\"manifest for {image} not found: manifest unknown: manifest unknown\"}}"
        ));
        lines.push(
            "ERROR - Image pull failed: Verify docker image configuration and credentials \
             (if using private repository)"
                .to_owned(),
        );
        return lines;
    }
    lines.push(format!("INFO  - Pull Image successful: {image}"));
    lines.push(format!("INFO  - Starting container for site {site}"));
    lines.push(match instance.standing() {
        Standing::Ready | Standing::Unhealthy => format!(
            "INFO  - Container {container} for site {site} initialized successfully and is ready to serve requests."
        ),
        Standing::Exited => format!(
            "ERROR - Container {container} for site {site} has exited, failing site start"
        ),
        Standing::TimedOut => format!(
            "ERROR - Container {container} for site {site} did not start within expected time limit."
        ),
        _ => format!("INFO  - Waiting for response to warmup request for container {container}."),
    });
    lines
}
