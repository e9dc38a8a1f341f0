//! Runs pods.
