//! The input of the start request of a model-training job
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-modeltraining.html)).

use super::job::MlKind;
use crate::cluster::Cluster;
use crate::incoming::Incoming;
use crate::operations::Answered;

pub(super) fn start(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    let members = incoming.json()?;
    let data_processing_job = members.required_string("dataProcessingJobId")?;
    let location = members.required_string("trainModelS3Location")?;
    let previous = members.string("previousModelTrainingJobId")?;
    super::check_types(
        &members,
        "sagemakerIamRoleArn volumeEncryptionKMSKey s3OutputEncryptionKMSKey modelName",
        "trainingInstanceVolumeSizeInGB trainingTimeOutInSeconds maxHPONumberOfTrainingJobs \
        maxHPOParallelTrainingJobs maxWaitTime",
        "enableManagedSpotTraining enableInterContainerTrafficEncryption",
    )?;
    if let Some(custom) = members.object("customModelTrainingParameters")? {
        custom.required_string("sourceS3DirectoryPath")?;
        custom.string("trainingEntryPointScript")?;
        custom.string("transformEntryPointScript")?;
    }
    super::check_instance_types(
        &members,
        &["baseProcessingInstanceType", "trainingInstanceType"],
    )?;
    super::check_role(&cluster.config, members.string("neptuneIamRoleArn")?)?;
    super::check_location(location)?;
    super::check_completed(
        MlKind::DataProcessing,
        data_processing_job,
        cluster,
        incoming,
    )?;
    if let Some(previous) = previous {
        super::check_completed(MlKind::ModelTraining, previous, cluster, incoming)?;
    }
    let location = location.to_owned();
    super::start_new_job(MlKind::ModelTraining, location, members, cluster, incoming)
}
