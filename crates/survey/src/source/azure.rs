//! `azureProfile.json` of `az`: the default subscription. Who is logged in is not
//! looked at.

use crate::{
    Text,
    finding::{Findings, Origin, Said, Site},
    yaml::{self, Node},
};
use segue_runbook::Platform;

/// The default subscription becomes a site.
pub(super) fn read(text: &Text, found: &mut Findings) {
    for document in yaml::read(text, found) {
        let all = document.get("subscriptions").map_or(&[][..], Node::items);
        for subscription in all {
            let Some((id, line)) = subscription.word(&["id"]) else {
                continue;
            };
            let at = Origin::new(&text.path, line, format!("subscription {id}"));
            let default = subscription.word(&["isDefault"]).map(|(it, _)| it);
            if default != Some("true") {
                found.leave(at, "this subscription is not the default one");
                continue;
            }
            found.site(Site {
                platform: Platform::AzureFunctions,
                family: "azure",
                name: id.to_owned(),
                at: at.clone(),
                current: true,
                local: false,
                places: vec![("subscription", Said::sure(id.to_owned(), at))],
            });
        }
    }
}
