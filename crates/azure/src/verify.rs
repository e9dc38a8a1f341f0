//! `verify`: the new version's health, where it stands.

use crate::{
    app::{App, Standing},
    health::UNHEALTHY,
};
use segue_model::{Evidence, Failure};

pub(crate) async fn verify(app: &App<'_>) -> Result<Evidence, Failure> {
    let version = app.wanted.version.to_string();
    let (place, site) = match app.standing().await? {
        Standing::Production => (&app.production, app.production_site().await?),
        Standing::Slot => (&app.slot, app.slot_site().await?),
        Standing::Nowhere => return Err(nowhere(app)),
    };
    let what = format!(
        "{} {version} is not healthy in {}",
        app.wanted.app, place.name
    );
    let health = app.health(&site, Some(&version));
    health.stays_good(&what, app.stable()).await?;
    let path = &app.wanted.health;
    Ok(Evidence::seen(format!(
        "{}{path} answered 200, {version}",
        place.name
    )))
}

fn nowhere(app: &App<'_>) -> Failure {
    let what = format!(
        "{} {} stands neither in production nor in {}",
        app.wanted.app, app.wanted.version, app.slot.name
    );
    Failure::step(UNHEALTHY, what).hint("somebody else deployed meanwhile; make a new plan")
}
