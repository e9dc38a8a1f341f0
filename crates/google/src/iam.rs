//! Who may call: the members of `roles/run.invoker` on a service.
//!
//! Members are only ever added. Taking one away could cut off a caller whom
//! somebody else let in, and no release needs that to go on or to go back.

use google_cloud_iam_v1::model::{Binding, Policy};

/// The role that lets a member call a Cloud Run service.
pub(crate) const INVOKER: &str = "roles/run.invoker";

/// `policy` with all of `members` as invokers; none when they are already.
pub(crate) fn with_invokers(policy: &Policy, members: &[String]) -> Option<Policy> {
    let missing: Vec<String> = members
        .iter()
        .filter(|member| !holds(policy, |role| role == INVOKER, member))
        .cloned()
        .collect();
    if missing.is_empty() {
        return None;
    }
    let mut policy = policy.clone();
    let plain = |binding: &&mut Binding| binding.role == INVOKER && binding.condition.is_none();
    match policy.bindings.iter_mut().find(plain) {
        Some(binding) => binding.members.extend(missing),
        None => policy
            .bindings
            .push(Binding::new().set_role(INVOKER).set_members(missing)),
    }
    Some(policy)
}

/// Whether `member` holds, without a condition, a role that `is_role` accepts.
pub(crate) fn holds(policy: &Policy, is_role: impl Fn(&str) -> bool, member: &str) -> bool {
    policy
        .bindings
        .iter()
        .filter(|binding| binding.condition.is_none() && is_role(&binding.role))
        .any(|binding| binding.members.iter().any(|held| held == member))
}

/// The same, or everybody holds it.
pub(crate) fn reaches(policy: &Policy, is_role: impl Fn(&str) -> bool, member: &str) -> bool {
    [member, "allUsers", "allAuthenticatedUsers"]
        .iter()
        .any(|member| holds(policy, &is_role, member))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy::new()
            .set_etag(bytes(b"BwX"))
            .set_bindings([Binding::new()
                .set_role(INVOKER)
                .set_members(["serviceAccount:other@p.iam"])])
    }

    fn bytes(text: &'static [u8]) -> Vec<u8> {
        text.to_vec()
    }

    #[test]
    fn members_are_added_and_nobody_is_removed() {
        let wanted = ["serviceAccount:push@p.iam".to_owned()];
        let policy = with_invokers(&policy(), &wanted).unwrap();
        assert_eq!(
            policy.bindings[0].members,
            ["serviceAccount:other@p.iam", "serviceAccount:push@p.iam"]
        );
        assert_eq!(policy.etag, &b"BwX"[..]);
        assert_eq!(with_invokers(&policy, &wanted), None);
    }

    #[test]
    fn a_conditional_binding_is_left_alone() {
        let mut policy = policy();
        policy.bindings[0].condition = Some(Default::default());
        let wanted = ["serviceAccount:other@p.iam".to_owned()];
        let policy = with_invokers(&policy, &wanted).unwrap();
        assert_eq!(policy.bindings.len(), 2);
    }
}
