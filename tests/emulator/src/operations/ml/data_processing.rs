//! The input of the start request of a data-processing job
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-dataprocessing.html)).

use super::job::MlKind;
use crate::cluster::Cluster;
use crate::incoming::Incoming;
use crate::operations::Answered;

pub(super) fn start(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    let members = incoming.json()?;
    let input = members.required_string("inputDataS3Location")?;
    let output = members.required_string("processedDataS3Location")?;
    let previous = members.string("previousDataProcessingJobId")?;
    super::check_types(
        &members,
        "sagemakerIamRoleArn modelType configFileName volumeEncryptionKMSKey \
        s3OutputEncryptionKMSKey",
        "processingInstanceVolumeSizeInGB processingTimeOutInSeconds",
        "enableInterContainerTrafficEncryption",
    )?;
    super::check_instance_types(&members, &["processingInstanceType"])?;
    super::check_role(&cluster.config, members.string("neptuneIamRoleArn")?)?;
    super::check_location(input)?;
    super::check_location(output)?;
    if let Some(previous) = previous {
        super::check_completed(MlKind::DataProcessing, previous, cluster, incoming)?;
    }
    let output = output.to_owned();
    super::start_new_job(MlKind::DataProcessing, output, members, cluster, incoming)
}
