//! Every boundary: a process that dies before and after each append and each
//! effect, once and again while it is resumed. What a story ends with does not
//! depend on it, no effect is there twice, and no trigger is left off.

use crate::{
    site::Room,
    stories::{self, Mishap, Story, Told, UNDISTURBED},
};

fn crashed(story: &Story, room: &Room, whole: &Told, at: &[usize]) -> Told {
    let told = story.tell(room, Mishap::Crashes(at));
    assert_eq!(told.mishaps, at.len(), "{}: died at {at:?}", story.name);
    assert_eq!(told.world, whole.world, "{}: died at {at:?}", story.name);
    told
}

/// Dies at every point, and again at every point after that. None is skipped:
/// each death is held to have happened.
fn dies_at_every_boundary(story: &Story) {
    let room = Room::new();
    let whole = story.tell(&room, UNDISTURBED);
    // Before and after each append and each effect: there are no other points.
    let boundaries = 2 * (whole.appends + whole.effects.len());
    assert_eq!(whole.points, boundaries, "{}", story.name);
    let mut twice = 0;
    for first in 1..=whole.points {
        let resumed = crashed(story, &room, &whole, &[first]);
        for second in 1..=resumed.points {
            crashed(story, &room, &whole, &[first, second]);
            twice += 1;
        }
    }
    println!(
        "{}: died at {} points, and at {twice} pairs of points",
        story.name, whole.points
    );
}

macro_rules! killed_at_every_boundary {
    ($($story:ident)*) => {
        $(#[test]
        fn $story() {
            dies_at_every_boundary(&stories::$story());
        })*

        #[test]
        fn of_every_story() {
            assert_eq!([$(stories::$story().name),*].len(), stories::all().len());
        }
    };
}

killed_at_every_boundary! {
    well diamond last_step_fails cancelled stopped held held_and_undone approved
    no_return stuck abandoned
}
