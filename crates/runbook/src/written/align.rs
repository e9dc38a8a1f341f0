//! Which line of a page is which line of another.

use super::lines::{Key, Line};
use std::{collections::HashMap, ops::Range};

/// One step along both pages; the numbers are places among their lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Same(usize, usize),
    /// A line that was changed.
    Other(usize, usize),
    /// A line that only the first page has.
    Added(usize),
    /// A line that the first page lacks before its line of that place.
    Missing(usize, usize),
}

/// How often stretches are parted by lines that stand once in them; what is left then
/// is compared line by line, so that no page takes long.
const DEPTH: usize = 24;

/// Aligns two pages: by what is the same at both ends, then by lines that stand once on
/// both, and so on between those.
pub(super) fn align(is: &[Line<'_>], should: &[Line<'_>]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut open = vec![(0..is.len(), 0..should.len(), 0)];
    // The last one is the first on the pages, so that steps are in their order.
    while let Some((mut a, mut b, depth)) = open.pop() {
        let same = |x: usize, y: usize| is[x].key == should[y].key;
        while !a.is_empty() && !b.is_empty() && same(a.start, b.start) {
            steps.push(Step::Same(a.start, b.start));
            (a.start, b.start) = (a.start + 1, b.start + 1);
        }
        let ends = (a.end, b.end);
        while !a.is_empty() && !b.is_empty() && same(a.end - 1, b.end - 1) {
            (a.end, b.end) = (a.end - 1, b.end - 1);
        }
        if a.end < ends.0 {
            open.push((a.end..ends.0, b.end..ends.1, depth));
        }
        let anchors = match depth {
            DEPTH.. => Vec::new(),
            _ => anchors(is, should, &a, &b),
        };
        if anchors.is_empty() {
            pair(a, b, same, &mut steps);
            continue;
        }
        let mut to = (a.end, b.end);
        for &(x, y) in anchors.iter().rev() {
            open.push((x..to.0, y..to.1, depth + 1));
            to = (x, y);
        }
        open.push((a.start..to.0, b.start..to.1, depth + 1));
    }
    steps
}

fn pair(
    a: Range<usize>,
    b: Range<usize>,
    same: impl Fn(usize, usize) -> bool,
    steps: &mut Vec<Step>,
) {
    let both = a.len().min(b.len());
    steps.extend(a.clone().zip(b.clone()).map(|(x, y)| match same(x, y) {
        true => Step::Same(x, y),
        false => Step::Other(x, y),
    }));
    steps.extend((a.start + both..a.end).map(Step::Added));
    steps.extend((b.start + both..b.end).map(|y| Step::Missing(a.end, y)));
}

/// Lines that stand once in both stretches, as many as are in the same order.
fn anchors(
    is: &[Line<'_>],
    should: &[Line<'_>],
    a: &Range<usize>,
    b: &Range<usize>,
) -> Vec<(usize, usize)> {
    let theirs = once(should, b);
    let mut common: Vec<(usize, usize)> = once(is, a)
        .into_iter()
        .filter_map(|(key, x)| Some((x?, (*theirs.get(key)?)?)))
        .collect();
    common.sort_unstable();
    rising(&common)
}

/// The lines of a stretch, with their place where they stand once.
fn once<'a>(lines: &'a [Line<'a>], part: &Range<usize>) -> HashMap<&'a Key<'a>, Option<usize>> {
    let mut once = HashMap::new();
    for at in part.clone() {
        once.entry(&lines[at].key)
            .and_modify(|it| *it = None)
            .or_insert(Some(at));
    }
    once
}

/// The longest part of the pairs in which the second numbers rise.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The pair with the least end for every length, and who stands before each pair.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::new();
    for (at, (_, y)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *y);
        before.push(length.checked_sub(1).map(|it| ends[it]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut next = ends.last().copied();
    let mut all = Vec::new();
    while let Some(at) = next {
        all.push(pairs[at]);
        next = before[at];
    }
    all.reverse();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(is: &str, should: &str) -> Vec<Step> {
        let lines = |text| super::super::lines::lines(text, &(usize::MAX..usize::MAX));
        let mut steps = align(&lines(is), &lines(should));
        steps.retain(|it| !matches!(it, Step::Same(..)));
        steps
    }

    #[test]
    fn only_what_differs_is_named() {
        assert_eq!(of("a\nb\nc\n", "a\nb\nc"), []);
        assert_eq!(of("a\nx\nc\n", "a\nb\nc\n"), [Step::Other(1, 1)]);
        assert_eq!(
            of("x\na\nb\ny\n", "a\nb\n"),
            [Step::Added(0), Step::Added(3)]
        );
        assert_eq!(
            of("b\nc\ne\n", "a\nb\nc\nd\ne\n"),
            [Step::Missing(0, 0), Step::Missing(2, 3)]
        );
        assert_eq!(
            of("r\nx\nr\nm\nr\n", "r\nr\nm\nr\nr\n"),
            [Step::Added(1), Step::Missing(4, 3)]
        );
    }
}
