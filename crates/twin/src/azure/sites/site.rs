//! One function app: its slots, what is configured in each, and what may
//! happen to them now.

use super::{
    front_end::FrontEnd,
    host_keys::HostKeys,
    instance::{Instance, START_LIMIT},
    operation::Operation,
    slot_config_names::Names,
};
use crate::{
    Shared,
    azure::{
        error::ArmError,
        requests::Requests,
        world::{App, World},
    },
    tls::Authority,
};
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::task::JoinSet;

/// The slot whose host name is the app's own.
pub(super) const PRODUCTION: &str = "production";

/// One function app.
pub(in crate::azure) struct Site {
    pub app: App,
    /// `/subscriptions/…/sites/{name}`.
    pub id: String,
    pub group: String,
    pub shared: Shared,
    pub(super) slots: BTreeMap<String, FrontEnd>,
    pub(super) book: tokio::sync::Mutex<Book>,
    tasks: Mutex<JoinSet<()>>,
}

/// What is configured, and what is under way.
pub(super) struct Book {
    pub contents: BTreeMap<String, Content>,
    /// Settings that stay with their slot.
    pub sticky: Names,
    /// By slot: keys do not move with a swap.
    pub keys: BTreeMap<String, HostKeys>,
    pub operations: BTreeMap<String, Operation>,
    pub last_swap: Option<Value>,
}

/// What is configured in one slot.
#[derive(Clone, PartialEq)]
pub(super) struct Content {
    /// `siteConfig` without its app settings, by the names of the specification.
    pub web: Map<String, Value>,
    pub settings: BTreeMap<String, String>,
    /// What the site resource itself says: `httpsOnly`, `tags`, …
    pub site: Map<String, Value>,
}

impl Content {
    /// The image, without `DOCKER|`.
    pub fn image(&self) -> &str {
        let version = self.web.get("linuxFxVersion").and_then(Value::as_str);
        version
            .and_then(|v| v.strip_prefix("DOCKER|"))
            .unwrap_or("")
    }

    /// Whether `other` needs another start of the container.
    pub fn runs_like(&self, other: &Self) -> bool {
        self.image() == other.image() && self.settings == other.settings
    }

    fn start_limit(&self) -> Duration {
        self.settings
            .get("WEBSITES_CONTAINER_START_TIME_LIMIT")
            .and_then(|seconds| seconds.parse().ok())
            .map_or(START_LIMIT, Duration::from_secs)
    }

    /// Starts a container of it.
    pub async fn start(&self, shared: &Shared) -> io::Result<Arc<Instance>> {
        let instance = Instance::start(shared, self.image(), self.start_limit()).await?;
        Ok(Arc::new(instance))
    }
}

impl Site {
    /// Opens the app's front ends and starts its containers.
    pub async fn open(
        shared: &Shared,
        world: &World,
        app: &App,
        authority: &Authority,
        client: &reqwest::Client,
        requests: &Arc<Requests>,
    ) -> io::Result<Self> {
        let content = first_content(app);
        let names = std::iter::once(PRODUCTION.to_owned()).chain(app.slots.iter().cloned());
        let (mut slots, mut contents) = (BTreeMap::new(), BTreeMap::new());
        for name in names {
            let instance = content.start(shared).await?;
            let front =
                FrontEnd::open(authority, client.clone(), requests.clone(), instance).await?;
            contents.insert(name.clone(), content.clone());
            slots.insert(name, front);
        }
        if let Some(production) = slots.get(PRODUCTION) {
            shared.mesh.route(&app.module, production.route());
        }
        Ok(Self {
            app: app.clone(),
            id: format!(
                "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Web/sites/{}",
                world.subscription, world.resource_group, app.name
            ),
            group: world.resource_group.clone(),
            shared: shared.clone(),
            slots,
            book: tokio::sync::Mutex::new(Book::new(contents)),
            tasks: Mutex::default(),
        })
    }

    /// Waits until what it was opened with has started, or has failed to.
    pub async fn settled(&self) {
        for front in self.slots.values() {
            front.instance().settled().await;
        }
    }

    /// A slot's ARM id.
    pub fn slot_id(&self, slot: &str) -> String {
        if slot == PRODUCTION {
            self.id.clone()
        } else {
            format!("{}/slots/{slot}", self.id)
        }
    }

    /// The slot of this name, whatever its case, and its front end.
    pub(super) fn slot(&self, name: &str) -> Option<(&str, &FrontEnd)> {
        let same = |(slot, _): &(&String, &FrontEnd)| slot.eq_ignore_ascii_case(name);
        let found = self.slots.iter().find(same);
        found.map(|(slot, front)| (slot.as_str(), front))
    }

    /// Carries out `work` until it ends or the twin does.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .spawn(work);
    }

    /// Ends what is under way.
    pub fn close(&self) {
        self.shared.mesh.unroute(&self.app.module);
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }

    /// Changes a slot's content; restarts its container when that needs it. A
    /// change that changes nothing is no effect. The slot has downtime
    /// meanwhile, as in the cloud: that is what swaps are for.
    pub(super) async fn change(
        &self,
        slot: &str,
        effect: (&str, &str),
        edit: impl FnOnce(&mut Content) -> Result<(), ArmError>,
    ) -> Result<(), ArmError> {
        let mut book = self.book.lock().await;
        book.refuse_while_swapping(self)?;
        let (Some(content), Some(front)) = (book.contents.get_mut(slot), self.slots.get(slot))
        else {
            return Err(ArmError::internal("the slot is gone"));
        };
        let mut wanted = content.clone();
        edit(&mut wanted)?;
        if wanted == *content {
            return Ok(());
        }
        let (verb, resource) = effect;
        self.shared.effects.record("arm", verb, resource);
        if !wanted.runs_like(content) {
            let instance = wanted
                .start(&self.shared)
                .await
                .map_err(ArmError::internal)?;
            front.put(instance).retire();
        }
        *content = wanted;
        Ok(())
    }
}

impl Book {
    fn new(contents: BTreeMap<String, Content>) -> Self {
        Self {
            keys: contents
                .keys()
                .map(|slot| (slot.clone(), HostKeys::new()))
                .collect(),
            contents,
            sticky: Names::default(),
            operations: BTreeMap::new(),
            last_swap: None,
        }
    }

    /// The swap that is under way.
    pub fn swapping(&self) -> Option<(&String, &Operation)> {
        self.operations
            .iter()
            .find(|(_, operation)| operation.outcome.is_none())
    }

    /// The cloud's words for whoever comes during a swap.
    pub fn refuse_while_swapping(&self, site: &Site) -> Result<(), ArmError> {
        let Some((id, operation)) = self.swapping() else {
            return Ok(());
        };
        Err(ArmError::conflict(format!(
            "Cannot modify this site because another operation is in progress. Details: Id: {id}, \
             OperationName: SwapSiteSlots, CreatedTime: {}, WebSystemName: websites, SiteName: {}, \
             SlotName: {}, ServerFarmName: , GeoOperationId: (null)",
            operation.created, site.app.name, operation.source
        )))
    }
}

fn first_content(app: &App) -> Content {
    let image = app.image.as_deref().unwrap_or("");
    let version = if image.is_empty() {
        String::new()
    } else {
        format!("DOCKER|{image}")
    };
    let mut web = Map::new();
    web.insert("linuxFxVersion".to_owned(), version.into());
    web.insert("numberOfWorkers".to_owned(), 1.into());
    let mut site = Map::new();
    site.insert("kind".to_owned(), "functionapp,linux,container".into());
    site.insert("tags".to_owned(), Map::new().into());
    Content {
        web,
        settings: app.settings.clone(),
        site,
    }
}
