//! The queue of loads, compared with a second, simpler implementation.

use std::time::Duration;

use neptunedata_emulator::{Emulator, LoadScript};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

use crate::loader::{body, start};
use crate::support::{Ask, at, delete, with};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Each load begins when the load before it has ended.
    #[test]
    fn loads_keep_to_their_order(steps in vec((0..3_u8, 1..8_u64, any::<Index>()), 1..40)) {
        struct Model { id: String, began: Option<u64>, length: u64, ended: Option<u64>, cancelled: bool }
        let mut neptune = Emulator::default();
        let mut models: Vec<Model> = Vec::new();
        let mut time = 0;
        for (step, number, index) in steps {
            match step {
                0 => {
                    neptune.next_load(LoadScript::completing().duration(Duration::from_secs(number)));
                    let id = start(&mut neptune, &with(body("k"), json!({ "mode": "NEW" })), time);
                    // It begins at once if nothing else runs or waits.
                    let idle = models.iter().all(|model| model.ended.is_some());
                    let began = idle.then_some(time);
                    models.push(Model { id, began, length: number, ended: None, cancelled: false });
                }
                1 => time += number,
                _ => {
                    if models.is_empty() {
                        continue;
                    }
                    let place = index.index(models.len());
                    let model = &mut models[place];
                    let request = delete(&format!("/loader/{}", model.id));
                    let status = neptune.after(time).answer(request).status();
                    prop_assert_eq!(status.is_success(), model.ended.is_none());
                    if model.ended.is_none() {
                        model.ended = Some(time);
                        model.cancelled = true;
                    }
                }
            }
            // Everything that has been due, from the start: the previous end is where the next begins.
            let mut free_from = 0;
            for model in &mut models {
                if model.began.is_none() && model.ended.is_none() && free_from <= time {
                    model.began = Some(free_from);
                }
                if let (Some(began), None) = (model.began, model.ended)
                    && began + model.length <= time
                {
                    model.ended = Some(began + model.length);
                }
                free_from = match (model.began, model.ended) {
                    (Some(_), Some(ended)) => free_from.max(ended),
                    (None, Some(_)) => free_from,
                    _ => u64::MAX,
                };
            }
            for model in &models {
                let expected = match (model.cancelled, model.ended, model.began) {
                    (true, ..) => "LOAD_CANCELLED_BY_USER",
                    (_, Some(_), _) => "LOAD_COMPLETED",
                    (_, None, Some(_)) => "LOAD_IN_PROGRESS",
                    _ => "LOAD_IN_QUEUE",
                };
                let status = neptune.load_status(&model.id, at(time));
                prop_assert_eq!(status.as_deref(), Some(expected));
            }
        }
    }
}
