//! The journal's promises, kept by both stores, on real disks and a real server.

#![allow(clippy::unwrap_used)]

mod child;
mod conformance;
mod cut;
mod disk;
mod proxy;
mod samples;
mod server;
mod store;
mod tamper;
mod team;

macro_rules! kept_by_both {
    ($($promise:ident)*) => {
        mod sqlite {
            $(#[test] fn $promise() { crate::store::on_sqlite(crate::conformance::$promise) })*
        }

        mod postgres {
            $(#[test] fn $promise() { crate::store::on_postgres(crate::conformance::$promise) })*
        }
    };
}

kept_by_both! {
    what_was_appended_is_read_by_the_next_process
    an_append_is_seen_whole_or_not_at_all
    the_hash_of_the_head_is_that_of_the_chain
    events_are_read_after_any_number
    what_is_not_there_is_said
    the_same_release_is_not_created_twice
    the_newest_release_is_first
    any_text_is_kept_as_it_is
    a_large_event_is_kept
    a_clock_that_runs_backwards_is_nobodys_failure
    an_altered_event_is_seen
    an_altered_plan_is_seen
    a_journal_of_a_newer_segue_is_refused
    two_open_a_new_journal_at_once
    law_8_one_at_a_time
    law_8_tokens_increase
    law_8_environments_are_locked_apart
    law_8_two_ask_at_once_and_one_gets_it
    law_8_who_lost_the_lock_changes_nothing_more
    law_8_the_lock_of_a_killed_process_is_free
    law_8_the_lock_of_a_living_process_is_not
    requests_are_numbered_from_1
    two_who_ask_at_once_are_both_heard
    a_request_needs_no_lock
    others_writing_is_told
    nothing_is_lost_between_watch_and_next
}
