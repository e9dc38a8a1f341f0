//! The one file that talks to the Cloud Functions API v2.
//!
//! Source: <https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions>.

use crate::{
    Access,
    access::not_connected,
    errors,
    functions::function::MASK,
    run::api::{Sent, taken},
    wait::Wait,
};
use google_cloud_functions_v2::{
    client::FunctionService,
    model::{Function, function::State},
};
use google_cloud_longrunning::model::{Operation, operation};
use google_cloud_wkt::FieldMask;
use segue_model::Failure;
use segue_platform::{Call, asking};

/// The functions, as requests and answers.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    client: FunctionService,
}

impl Api {
    pub(crate) async fn connect(access: &Access) -> Result<Self, Failure> {
        let at = access.endpoints.functions.as_ref();
        let client = access.client(FunctionService::builder(), at)?.build().await;
        Ok(Self {
            client: client.map_err(not_connected)?,
        })
    }

    /// The function; none when there is none.
    pub(crate) async fn function(&self, name: &str) -> Result<Option<Function>, Failure> {
        match asking(self.client.get_function().set_name(name).send()).await {
            Ok(function) => Ok(Some(function)),
            Err(error) if errors::is_not_found(&error) => Ok(None),
            Err(error) => Err(errors::failure(format!("{name} was not read"), &error)),
        }
    }

    /// The function once nobody is changing it.
    pub(crate) async fn settled(
        &self,
        call: &Call,
        name: &str,
    ) -> Result<Option<Function>, Failure> {
        let mut wait = Wait::new();
        loop {
            match self.function(name).await? {
                Some(function) if is_moving(&function.state) => {
                    call.progress("Cloud Functions is deploying");
                }
                settled => return Ok(settled),
            }
            wait.again().await;
        }
    }

    /// Creates `function` and waits until that is done.
    pub(crate) async fn create(&self, call: &Call, function: Function) -> Result<Sent, Failure> {
        let name = function.name.clone();
        let (parent, id) = name.split_once("/functions/").unwrap_or((&name, ""));
        call.before_effect()?;
        let sent = asking(
            self.client
                .create_function()
                .set_parent(parent)
                .set_function_id(id)
                .set_function(function)
                .send(),
        )
        .await;
        self.follow(call, format!("{name} was not created"), sent)
            .await
    }

    /// Sends the fields of `function` that Segue writes, and waits until that is done.
    pub(crate) async fn update(&self, call: &Call, function: Function) -> Result<Sent, Failure> {
        let what = format!("{} was not deployed", function.name);
        call.before_effect()?;
        let sent = asking(
            self.client
                .update_function()
                .set_function(function)
                .set_update_mask(FieldMask::default().set_paths(MASK))
                .send(),
        )
        .await;
        self.follow(call, what, sent).await
    }

    /// Deletes the function and waits until it is gone.
    pub(crate) async fn delete(&self, call: &Call, name: &str) -> Result<(), Failure> {
        if self.settled(call, name).await?.is_none() {
            return Ok(());
        }
        call.before_effect()?;
        let sent = asking(self.client.delete_function().set_name(name).send()).await;
        self.follow(call, format!("{name} was not deleted"), sent)
            .await?;
        let mut wait = Wait::new();
        while self.function(name).await?.is_some() {
            wait.again().await;
        }
        Ok(())
    }

    /// Follows an operation to its end. After a crash its name is lost, and
    /// the function's state says the same with fewer words.
    async fn follow(
        &self,
        call: &Call,
        what: String,
        sent: Result<Operation, google_cloud_gax::error::Error>,
    ) -> Result<Sent, Failure> {
        let mut operation = match sent {
            Ok(operation) => operation,
            Err(error) => return taken(what, Err(error)),
        };
        let mut wait = Wait::new();
        while !operation.done {
            call.progress("Cloud Functions is building and deploying");
            wait.again().await;
            let read = self.client.get_operation().set_name(&operation.name).send();
            operation = asking(read)
                .await
                .map_err(|error| errors::failure(&*what, &error))?;
        }
        match operation.result {
            Some(operation::Result::Error(status)) => {
                Err(Failure::step(errors::FUNCTION, what).words(status.message))
            }
            _ => Ok(Sent::Taken),
        }
    }
}

fn is_moving(state: &State) -> bool {
    matches!(state, State::Deploying | State::Deleting)
}
