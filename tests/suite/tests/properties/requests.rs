//! Every arbitrary operation makes a valid request, and the typed and the dynamic API make the same request.

use neptunedata::{CallOptions, Session, dynamic};
use proptest::prelude::*;

use crate::support::*;

struct IsValid;

impl Property for IsValid {
    fn check<O: Every>() {
        let info = O::INFO;
        holds::<O>(info.name, |operation| {
            let request = neptunedata::request(&operation, &endpoint());
            let request = request.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(request.method(), &info.method);
            // A failure after the status 200 may be in the trailers.
            prop_assert_eq!(&request.headers()["te"], "trailers");
            // Whatever a label in the path holds, it remains one segment.
            let segments = |path: &str| path.split('/').count();
            prop_assert_eq!(segments(request.uri().path()), segments(info.path));
            for (segment, of_template) in request.uri().path().split('/').zip(info.path.split('/'))
            {
                let is_label = of_template.starts_with('{');
                prop_assert!(is_label || segment == of_template);
            }
            Ok(())
        });
    }
}

#[test]
fn all_requests_are_valid() {
    check_every::<IsValid>();
}

struct IsTheSameByName;

impl Property for IsTheSameByName {
    fn check<O: Every>() {
        let name = O::INFO.name;
        if dynamic::info(name).is_none() {
            return;
        }
        holds::<O>(name, |operation| {
            let input = serde_json::to_value(&operation).unwrap();
            let operation = serde_json::from_value::<O>(input.clone()).unwrap();
            let typed = neptunedata::request(&operation, &endpoint()).unwrap();
            let named = dynamic::request(name, &input, &endpoint());
            let named = named.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(typed.uri(), named.uri());
            prop_assert_eq!(typed.headers(), named.headers());
            prop_assert_eq!(typed.body(), named.body());
            let session = Session::new(endpoint(), neptunedata::Auth::unsigned()).unwrap();
            let call = dynamic::call(name, &input, &session, &CallOptions::new(), 1);
            prop_assert!(call.is_ok());
            Ok(())
        });
    }
}

#[test]
fn the_dynamic_api_makes_the_same_requests() {
    check_every::<IsTheSameByName>();
}
