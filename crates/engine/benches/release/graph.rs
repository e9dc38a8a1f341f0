//! The graphs that are carried out: the same in every run and for every peer.

use serde_json::{Value, json};

/// What one operation waits for, and how long it takes.
pub struct Node {
    /// Places of the operations that it waits for; each stands before it.
    pub after: Vec<usize>,
    /// How long it takes, in milliseconds.
    pub sleep_ms: u64,
}

/// A graph, in an order in which it can be carried out.
pub struct Graph {
    /// Its name, in tables and as a file.
    pub name: &'static str,
    /// Its operations.
    pub nodes: Vec<Node>,
}

/// All that Segue and its peers carry out.
pub fn all() -> [Graph; 4] {
    [
        chain_100(),
        independent_1000(),
        layered_1000(),
        sleeping_200(),
    ]
}

/// 100 operations, each after the one before.
pub fn chain_100() -> Graph {
    chain("chain-100", 100)
}

/// 10,000 operations, each after the one before.
pub fn chain_10_000() -> Graph {
    chain("chain-10000", 10_000)
}

/// 1,000 operations that wait for nothing.
pub fn independent_1000() -> Graph {
    Graph {
        name: "independent-1000",
        nodes: (0..1000).map(|_| instant(Vec::new())).collect(),
    }
}

/// 1,000 operations in 20 layers, each after three of the layer before.
pub fn layered_1000() -> Graph {
    Graph {
        name: "layered-1000",
        nodes: layers(20, 50, |_| 0),
    }
}

/// 200 operations in 10 layers, each after three of the layer before, that take
/// 20 to 200 ms.
pub fn sleeping_200() -> Graph {
    Graph {
        name: "sleeping-200",
        nodes: layers(10, 20, |random| 20 + random.below(181) as u64),
    }
}

/// 1,000 chains of four operations that take 500 to 1,500 ms: from the first
/// second on there are always about 1,000 in flight, and one ends every millisecond.
pub fn lanes_1000() -> Graph {
    let mut random = Random(1);
    let node = |at: usize| Node {
        after: at.checked_sub(1000).into_iter().collect(),
        sleep_ms: 500 + random.below(1001) as u64,
    };
    Graph {
        name: "lanes-1000",
        nodes: (0..4000).map(node).collect(),
    }
}

impl Graph {
    /// How long the longest chain takes, in milliseconds: nothing is faster.
    pub fn critical_path_ms(&self) -> u64 {
        let mut ends: Vec<u64> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let begins = node.after.iter().map(|&need| ends[need]).max();
            ends.push(begins.unwrap_or(0) + node.sleep_ms);
        }
        ends.into_iter().max().unwrap_or(0)
    }

    /// As the peers read it.
    pub fn json(&self) -> Value {
        let node = |node: &Node| json!({ "after": node.after, "sleep_ms": node.sleep_ms });
        json!({ "operations": self.nodes.iter().map(node).collect::<Vec<_>>() })
    }
}

fn chain(name: &'static str, length: usize) -> Graph {
    let node = |at: usize| instant(at.checked_sub(1).into_iter().collect());
    let nodes = (0..length).map(node).collect();
    Graph { name, nodes }
}

fn instant(after: Vec<usize>) -> Node {
    Node { after, sleep_ms: 0 }
}

fn layers(count: usize, width: usize, mut sleep: impl FnMut(&mut Random) -> u64) -> Vec<Node> {
    let mut random = Random(1);
    let node = |at: usize| {
        let mut after = Vec::new();
        let before = (at / width).checked_sub(1).map(|layer| layer * width);
        while let Some(first) = before.filter(|_| after.len() < 3) {
            let need = first + random.below(width);
            if !after.contains(&need) {
                after.push(need);
            }
        }
        Node {
            after,
            sleep_ms: sleep(&mut random),
        }
    };
    (0..count * width).map(node).collect()
}

/// SplitMix64: the same numbers in every version of everything.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap_or(0)
    }
}
