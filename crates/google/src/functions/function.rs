//! The function that a unit wants, as a value: read, changed, written back.

use crate::{errors, settings};
use google_cloud_functions_v2::model::{
    BuildConfig, Environment, Function, ServiceConfig, Source, StorageSource,
};
use segue_model::{Failure, Fault, OperationKey, Unit};
use serde::{Deserialize, Serialize};

/// Says in a function's environment which version it is.
pub(crate) const VERSION: &str = "SEGUE_VERSION";
/// Says on a function which operation last changed it.
pub(crate) const OPERATION: &str = "segue-operation";

/// The fields that Segue writes; all others stay as they are.
pub(crate) const MASK: [&str; 7] = [
    "build_config.source",
    "build_config.runtime",
    "build_config.entry_point",
    "service_config.environment_variables",
    "service_config.service_account_email",
    "service_config.all_traffic_on_latest_revision",
    "labels",
];

/// The part of a function that Segue writes, and gives back at a revert.
/// What is none is left as it is, except the version: none means none is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Description {
    source: settings::Source,
    runtime: Option<String>,
    entry_point: Option<String>,
    service_account: Option<String>,
    version: Option<String>,
}

/// What a unit wants of Cloud Functions.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The function's full resource name.
    pub name: String,
    pub description: Description,
    pub access: settings::Reach,
}

impl Wanted {
    /// What `unit` wants in `parent` (`projects/P/locations/R`).
    pub(crate) fn of(parent: &str, unit: &Unit) -> Result<Self, Failure> {
        let settings: settings::Function = settings::read(unit, "settings", &unit.settings)?;
        let source: settings::Source = settings::read(unit, "artifact", &unit.artifact)?;
        if source.generation.parse::<i64>().is_err() {
            let what = format!("the source of {} names no generation", unit.module);
            let failure = Failure::step(errors::INPUT, what).by(Fault::User);
            return Err(failure.words(source.generation));
        }
        Ok(Self {
            name: name(parent, unit, &settings),
            description: Description {
                source,
                runtime: settings.runtime,
                entry_point: settings.entry_point,
                service_account: settings.service_account,
                version: Some(unit.version.to_string()),
            },
            access: settings.access,
        })
    }
}

fn name(parent: &str, unit: &Unit, settings: &settings::Function) -> String {
    let id = settings.function.as_deref().unwrap_or(unit.module.as_str());
    format!("{parent}/functions/{id}")
}

/// The full name of the function that `unit` is, whatever its artifact.
pub(crate) fn name_of(parent: &str, unit: &Unit) -> Result<String, Failure> {
    let settings: settings::Function = settings::read(unit, "settings", &unit.settings)?;
    Ok(name(parent, unit, &settings))
}

impl Description {
    /// What `function` is described as; none when its source is not in Cloud Storage.
    pub(crate) fn of(function: &Function) -> Option<Self> {
        let build = function.build_config.as_ref()?;
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let account = service(function).map(|config| config.service_account_email.as_str());
        Some(Self {
            source: source(build)?,
            runtime: text(&build.runtime),
            entry_point: text(&build.entry_point),
            service_account: account.and_then(text),
            version: version(function).map(str::to_owned),
        })
    }

    /// Whether `function` is described so.
    pub(crate) fn is_of(&self, function: &Function) -> bool {
        let said = |wanted: &Option<String>, is: &Option<String>| wanted.is_none() || wanted == is;
        Self::of(function).is_some_and(|is| {
            is.source == self.source
                && is.version == self.version
                && said(&self.runtime, &is.runtime)
                && said(&self.entry_point, &is.entry_point)
                && said(&self.service_account, &is.service_account)
        })
    }

    /// The version that it names.
    pub(crate) fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// `function` (none: there is none yet) described so. While another
    /// revision is live the new one gets no traffic.
    pub(crate) fn applied(
        &self,
        name: &str,
        function: Option<&Function>,
        key: &OperationKey,
    ) -> Function {
        let mut described = function.cloned().unwrap_or_default().set_name(name);
        let mut build = described.build_config.take().unwrap_or_default();
        build.source = Some(Source::new().set_storage_source(self.storage()));
        set(&mut build.runtime, &self.runtime);
        set(&mut build.entry_point, &self.entry_point);
        let mut config = described.service_config.take().unwrap_or_default();
        set(&mut config.service_account_email, &self.service_account);
        let environment = &mut config.environment_variables;
        match &self.version {
            Some(version) => environment.insert(VERSION.into(), version.clone()),
            None => environment.remove(VERSION),
        };
        config.all_traffic_on_latest_revision = function.is_none();
        described.labels.insert(OPERATION.into(), key.to_string());
        described
            .set_environment(Environment::Gen2)
            .set_build_config(build)
            .set_service_config(config)
    }

    fn storage(&self) -> StorageSource {
        StorageSource::new()
            .set_bucket(&self.source.bucket)
            .set_object(&self.source.object)
            // Checked when the unit was read, or written by the API itself.
            .set_generation(self.source.generation.parse::<i64>().unwrap_or_default())
    }
}

fn set(field: &mut String, wanted: &Option<String>) {
    if let Some(wanted) = wanted {
        field.clone_from(wanted);
    }
}

/// Where the function was built from. A source without a generation means the
/// newest one at that time; which that was stands in the provenance.
fn source(build: &BuildConfig) -> Option<settings::Source> {
    let said = build.source.as_ref()?.storage_source()?;
    let provenance = build.source_provenance.as_ref();
    let resolved = provenance.and_then(|all| all.resolved_storage_source.as_ref());
    let generation = match said.generation {
        0 => resolved?.generation,
        generation => generation,
    };
    Some(settings::Source {
        bucket: said.bucket.clone(),
        object: said.object.clone(),
        generation: generation.to_string(),
    })
}

fn service(function: &Function) -> Option<&ServiceConfig> {
    function.service_config.as_ref()
}

/// The version that the function names.
pub(crate) fn version(function: &Function) -> Option<&str> {
    let environment = &service(function)?.environment_variables;
    environment.get(VERSION).map(String::as_str)
}

/// The Cloud Run service that runs the function; none before its first deployment.
pub(crate) fn underlying(function: &Function) -> Option<&str> {
    Some(service(function)?.service.as_str()).filter(|name| !name.is_empty())
}

/// The function's newest revision.
pub(crate) fn revision(function: &Function) -> Option<&str> {
    let name = crate::run::traffic::short(&service(function)?.revision);
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_model::ReleaseId;
    use serde_json::json;

    fn unit() -> Unit {
        Unit {
            module: "reporting-fn".into(),
            target: "functions".into(),
            version: "2.0.0".parse().unwrap(),
            artifact: json!({"bucket": "b", "object": "reporting-fn-2.0.0.zip", "generation": "1763"}),
            settings: json!({"runtime": "nodejs22", "entry_point": "report", "service_account": "r@p"}),
        }
    }

    fn wanted() -> Wanted {
        Wanted::of("projects/p/locations/r", &unit()).unwrap()
    }

    fn key() -> OperationKey {
        OperationKey::new(&ReleaseId::new("r"), &"o".into(), false)
    }

    #[test]
    fn a_first_function_takes_its_traffic() {
        let function = wanted().description.applied(&wanted().name, None, &key());
        assert_eq!(
            function.name,
            "projects/p/locations/r/functions/reporting-fn"
        );
        assert_eq!(function.environment, Environment::Gen2);
        assert_eq!(function.labels[OPERATION], key().as_str());
        assert!(service(&function).unwrap().all_traffic_on_latest_revision);
        assert!(wanted().description.is_of(&function));
    }

    #[test]
    fn what_segue_does_not_know_stays_and_traffic_too() {
        let config = ServiceConfig::new()
            .set_available_memory("1Gi")
            .set_all_traffic_on_latest_revision(true)
            .set_environment_variables([("TZ", "UTC"), (VERSION, "1.0.0")]);
        let former = Function::new()
            .set_labels([("team", "a")])
            .set_service_config(config);
        assert!(!wanted().description.is_of(&former));
        let function = wanted().description.applied("f", Some(&former), &key());
        let config = service(&function).unwrap();
        assert_eq!(config.available_memory, "1Gi");
        assert_eq!(config.environment_variables["TZ"], "UTC");
        assert_eq!(version(&function), Some("2.0.0"));
        assert!(!config.all_traffic_on_latest_revision);
        assert_eq!(function.labels["team"], "a");
    }

    #[test]
    fn a_description_survives_being_read_and_written() {
        let function = wanted().description.applied("f", None, &key());
        let read = Description::of(&function).unwrap();
        assert_eq!(read, wanted().description);
        let stored: Description =
            serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
        assert!(stored.is_of(&function));
    }

    #[test]
    fn a_source_must_name_its_generation() {
        let mut unit = unit();
        unit.artifact["generation"] = json!("newest");
        assert_eq!(Wanted::of("p", &unit).unwrap_err().code, errors::INPUT);
    }
}
