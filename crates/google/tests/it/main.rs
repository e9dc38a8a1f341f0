//! The Google adapters against the Google twins.

mod cloud_run;
mod sandbox;
