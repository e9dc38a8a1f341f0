//! How many replicas the sets of a Deployment may have, step by step of a
//! rolling update: pure arithmetic.
//!
//! Source: Kubernetes, "Deployments: Rolling Update Deployment", and
//! `k8s.io/kubernetes/pkg/controller/deployment/rolling.go`.

use serde_json::Value;

/// One set, as far as scaling looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// `spec.replicas`.
    pub wanted: i64,
    /// `status.availableReplicas`.
    pub available: i64,
}

/// How far a rolling update may deviate from the wanted replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub replicas: i64,
    pub surge: i64,
    pub unavailable: i64,
}

/// An `IntOrString`: a number, or a percentage of `whole`.
pub fn resolve(value: &Value, whole: i64, up: bool) -> i64 {
    if let Some(number) = value.as_i64() {
        return number;
    }
    let percent = value
        .as_str()
        .and_then(|text| text.strip_suffix('%'))
        .and_then(|text| text.parse::<i64>().ok())
        .unwrap_or_default();
    let product = whole.saturating_mul(percent);
    if up {
        (product + 99) / 100
    } else {
        product / 100
    }
}

impl Limits {
    /// Reads `spec.replicas` and `spec.strategy.rollingUpdate`.
    pub fn of(spec: &Value) -> Self {
        let replicas = spec["replicas"].as_i64().unwrap_or(1);
        let rolling = &spec["strategy"]["rollingUpdate"];
        let surge = resolve(&rolling["maxSurge"], replicas, true);
        let mut unavailable = resolve(&rolling["maxUnavailable"], replicas, false).min(replicas);
        if surge == 0 && unavailable == 0 {
            // both round to nothing: the update must get on all the same
            unavailable = 1;
        }
        Self {
            replicas,
            surge,
            unavailable,
        }
    }

    /// The least that must stay available.
    pub fn least_available(&self) -> i64 {
        self.replicas - self.unavailable
    }

    /// What the new set's size should be.
    pub fn new_size(&self, new: Size, old: &[Size]) -> i64 {
        if new.wanted >= self.replicas {
            return self.replicas;
        }
        let total: i64 = new.wanted + old.iter().map(|size| size.wanted).sum::<i64>();
        let room = (self.replicas + self.surge - total).max(0);
        (new.wanted + room).min(self.replicas)
    }

    /// What the old sets' sizes should be, oldest first: first without what is
    /// not available, then without what the new set makes superfluous.
    pub fn old_sizes(&self, new: Size, old: &[Size]) -> Vec<i64> {
        let mut sizes: Vec<i64> = old.iter().map(|size| size.wanted).collect();
        let total: i64 = new.wanted + sizes.iter().sum::<i64>();
        let new_unavailable = (new.wanted - new.available).max(0);
        let mut room = total - self.least_available() - new_unavailable;
        for (size, set) in sizes.iter_mut().zip(old) {
            let unhealthy = (set.wanted - set.available).max(0);
            let less = unhealthy.min(room).max(0);
            *size -= less;
            room -= less;
        }
        let available: i64 = new.available + old.iter().map(|set| set.available).sum::<i64>();
        let mut room = (available - self.least_available()).min(room);
        for size in &mut sizes {
            let less = (*size).min(room).max(0);
            *size -= less;
            room -= less;
        }
        sizes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const fn size(wanted: i64, available: i64) -> Size {
        Size { wanted, available }
    }

    #[test]
    fn percentages_round_up_for_surge_and_down_for_unavailable() {
        let spec = json!({"replicas": 3, "strategy": {"rollingUpdate": {
            "maxSurge": "25%", "maxUnavailable": "25%",
        }}});
        assert_eq!(
            Limits::of(&spec),
            Limits {
                replicas: 3,
                surge: 1,
                unavailable: 0
            }
        );
        let spec = json!({"replicas": 1, "strategy": {"rollingUpdate": {
            "maxSurge": 0, "maxUnavailable": "25%",
        }}});
        assert_eq!(Limits::of(&spec).unavailable, 1);
    }

    #[test]
    fn nothing_available_goes_before_something_new_is_available() {
        let limits = Limits {
            replicas: 3,
            surge: 1,
            unavailable: 0,
        };
        assert_eq!(limits.new_size(size(0, 0), &[size(3, 3)]), 1);
        assert_eq!(limits.old_sizes(size(1, 0), &[size(3, 3)]), [3]);
        assert_eq!(limits.old_sizes(size(1, 1), &[size(3, 3)]), [2]);
        assert_eq!(limits.new_size(size(1, 1), &[size(2, 2)]), 2);
    }

    #[test]
    fn what_is_broken_among_the_old_goes_first() {
        let limits = Limits {
            replicas: 3,
            surge: 1,
            unavailable: 0,
        };
        assert_eq!(
            limits.old_sizes(size(0, 0), &[size(1, 0), size(3, 3)]),
            [0, 3]
        );
    }

    #[test]
    fn every_step_ends_with_the_new_set_alone_and_never_too_few() {
        for (replicas, surge, unavailable) in
            [(1, 1, 0), (3, 1, 0), (5, 2, 1), (4, 0, 1), (10, 3, 2)]
        {
            let limits = Limits {
                replicas,
                surge,
                unavailable,
            };
            let (mut new, mut old) = (0, replicas);
            for _ in 0..50 {
                new = limits.new_size(size(new, new), &[size(old, old)]);
                assert!(new + old <= replicas + surge);
                // the fresh pods are not yet available
                old = limits.old_sizes(size(new, new), &[size(old, old)])[0];
                assert!(new + old >= limits.least_available());
            }
            assert_eq!((new, old), (replicas, 0));
        }
    }
}
