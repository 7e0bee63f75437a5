//! Fast reset, in two steps.
//!
//! `POST /system` ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/manage-console-fast-reset.html)).

use std::time::Duration;

use serde_json::json;

use super::{Answer, Answered, Route, statistics};
use crate::Now;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::Incoming;
use crate::input::Kind::Text;
use crate::input::{Inputs, Member};

pub(crate) const ROUTES: &[Route] = &[Route::post("ExecuteFastReset", "/system", reset)];

/// The members of the requests.
pub(crate) const INPUTS: &[Inputs] = &[(
    "ExecuteFastReset",
    &[Member::body("action", Text), Member::body("token", Text)],
)];

/// How long a token is valid.
const VALIDITY: Duration = Duration::from_secs(60 * 60);

/// The newest token. It is kept in memory: a restart invalidates it.
#[derive(Debug)]
pub(crate) struct ResetToken {
    text: String,
    made: Duration,
}

impl ResetToken {
    fn matches(&self, text: &str, now: Now) -> bool {
        self.text == text && now.mono.saturating_sub(self.made) <= VALIDITY
    }
}

fn reset(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    statistics::check_writer(cluster)?;
    let members = incoming.json_or_form()?;
    match members.required_string("action")? {
        "initiateDatabaseReset" => {
            let token = cluster.ids.uuid();
            cluster.reset_token = Some(ResetToken {
                text: token.clone(),
                made: incoming.now.mono,
            });
            // Both responses have the status, whatever the model says (M44).
            Ok(Answer::payload(json!({ "token": token })))
        }
        "performDatabaseReset" => {
            // The guide's signed example omits it (M30).
            let token = members.required_string("token")?;
            let newest = cluster.reset_token.as_ref();
            if !newest.is_some_and(|newest| newest.matches(token, incoming.now)) {
                return Err(Failure::invalid_parameter(format!(
                    "System command parameter 'token' : '{token}' does not match database reset token"
                )));
            }
            cluster.wipe();
            cluster.restart(incoming.now);
            Ok(Answer::ok())
        }
        other => Err(Failure::invalid_parameter(format!(
            "System command parameter 'action' : '{other}' is not supported"
        ))),
    }
}
