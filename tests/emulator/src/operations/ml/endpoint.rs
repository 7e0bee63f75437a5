//! The input of the request that creates or updates an inference endpoint
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-endpoints.html)).

use super::job::MlKind;
use crate::clock::Calendar;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::Incoming;
use crate::operations::Answered;

pub(super) fn create(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    let members = incoming.json()?;
    let training = members.string("mlModelTrainingJobId")?;
    let transform = members.string("mlModelTransformJobId")?;
    // A boolean in the model, text in the guide (M40).
    let update = members.flag("update")?.unwrap_or(false);
    super::check_types(
        &members,
        "modelName volumeEncryptionKMSKey",
        "instanceCount",
        "",
    )?;
    if members
        .integer("instanceCount")?
        .is_some_and(|count| count < 1)
    {
        return Err(Failure::invalid_parameter(
            "The value of instanceCount must be positive.",
        ));
    }
    super::check_instance_types(&members, &["instanceType"])?;
    super::check_role(&cluster.config, members.string("neptuneIamRoleArn")?)?;
    let (kind, id) = match (training, transform) {
        (Some(id), None) => (MlKind::ModelTraining, id),
        (None, Some(id)) => (MlKind::ModelTransform, id),
        // The guide requires one of them, but does not show the error.
        (None, None) => {
            return Err(Failure::missing_parameter(
                "Either mlModelTrainingJobId or mlModelTransformJobId must be given.",
            ));
        }
        (Some(_), Some(_)) => {
            return Err(Failure::invalid_parameter(
                "Only one of mlModelTrainingJobId and mlModelTransformJobId can be given.",
            ));
        }
    };
    super::check_completed(kind, id, cluster, incoming)?;

    let kind = MlKind::Endpoint;
    let id = if update {
        let id = members.required_string("id")?;
        super::check_id(id)?;
        if cluster.ml.get(kind, id).is_none() {
            return Err(super::unknown_id());
        }
        id.to_owned()
    } else if members.string("id")?.is_some() {
        super::new_id(kind, &members, cluster)?
    } else {
        timestamped(cluster, incoming)
    };
    Ok(super::start_job(kind, id, None, members, cluster, incoming))
}

/// The guide says that the default is a timestamped name, but does not show its form.
fn timestamped(cluster: &Cluster, incoming: &Incoming<'_>) -> String {
    let name = format!("endpoint-{}", Calendar::of(incoming.now.wall).basic());
    (1_u64..)
        .map(|number| match number {
            1 => name.clone(),
            _ => format!("{name}-{number}"),
        })
        .find(|id| cluster.ml.get(MlKind::Endpoint, id).is_none())
        .unwrap_or(name)
}
