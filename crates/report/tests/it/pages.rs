//! What each page says.

use crate::story::{Story, good, undone};
use segue_report::{ItemState, Verdict, html, junit, markdown, timeline};

#[test]
fn a_good_release_as_markdown() {
    insta::assert_snapshot!(markdown(&good()));
}

#[test]
fn an_undone_release_as_markdown() {
    insta::assert_snapshot!(markdown(&undone()));
}

#[test]
fn an_undone_release_as_junit() {
    insta::assert_snapshot!(junit(&undone()));
}

#[test]
fn the_picture_has_a_bar_for_each_operation() {
    let page = undone();
    let svg = timeline(&page);
    assert_eq!(svg.matches("class=\"bar").count(), page.bars.len());
    assert!(svg.contains("bar failed") && svg.contains("bar undoing"));
    insta::assert_snapshot!(svg.replace("<", "\n<"));
}

#[test]
fn the_html_needs_nothing_else_and_lets_nothing_in() {
    for page in [good(), undone()] {
        let html = html(&page);
        for foreign in ["<script", "<link", "<img", " src=", "url(", "@import"] {
            assert!(!html.contains(foreign), "{foreign}");
        }
        // What platforms and people said is shown, and stays text.
        assert!(!html.contains("<b>") && html.contains("&lt;b&gt;really"));
        assert_eq!(
            html.matches("<details").count(),
            html.matches("</details>").count()
        );
    }
}

#[test]
fn each_item_has_its_evidence() {
    let page = good();
    assert_eq!(page.verdict, Verdict::Good);
    let items: Vec<_> = page.sections.iter().flat_map(|it| &it.items).collect();
    assert_eq!(items.len(), 4);
    for item in items {
        assert_eq!(item.state, ItemState::Done, "{}", item.text);
        assert!(!item.asked.is_empty() && !item.answered.is_empty());
        let decided = item.operation == "gate/uat";
        assert_eq!(item.by, if decided { "ana" } else { "ben on host" });
    }
}

#[test]
fn what_is_not_over_says_so() {
    let page = Story::approved().page();
    assert_eq!(page.verdict, Verdict::Open);
    let items: Vec<_> = page.sections.iter().flat_map(|it| &it.items).collect();
    let state = |id: &str| items.iter().find(|it| it.operation == id).unwrap().state;
    assert_eq!(state("gate/uat"), ItemState::Done);
    assert_eq!(state("shop@aks/stage"), ItemState::Unknown);
    assert_eq!(state("notify/1"), ItemState::NotReached);
}

#[test]
fn as_json_it_has_the_same_facts() {
    let page = undone();
    let json = serde_json::to_value(&page).unwrap();
    assert_eq!(json["verdict"], "undone");
    assert_eq!(json["head"], "beef");
    assert_eq!(json["report"]["release"], "20261123-0412-k7fq");
    assert_eq!(json["sections"][0]["items"][0]["by"], "ana");
}
