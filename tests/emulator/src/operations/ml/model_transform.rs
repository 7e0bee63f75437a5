//! The input of the start request of a model-transform job
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-modeltransform.html)).

use super::job::MlKind;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::Incoming;
use crate::operations::Answered;

pub(super) fn start(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    let members = incoming.json()?;
    let location = members.required_string("modelTransformOutputS3Location")?;
    let data_processing_job = members.string("dataProcessingJobId")?;
    let training_job = members.string("mlModelTrainingJobId")?;
    let sagemaker_job = members.string("trainingJobName")?;
    super::check_types(
        &members,
        "sagemakerIamRoleArn volumeEncryptionKMSKey s3OutputEncryptionKMSKey",
        "baseProcessingInstanceVolumeSizeInGB",
        "enableInterContainerTrafficEncryption",
    )?;
    if let Some(custom) = members.object("customModelTransformParameters")? {
        custom.required_string("sourceS3DirectoryPath")?;
        custom.string("transformEntryPointScript")?;
    }
    super::check_instance_types(&members, &["baseProcessingInstanceType"])?;
    super::check_role(&cluster.config, members.string("neptuneIamRoleArn")?)?;
    super::check_location(location)?;
    match (data_processing_job, training_job, sagemaker_job) {
        (Some(data), Some(training), _) => {
            super::check_completed(MlKind::DataProcessing, data, cluster, incoming)?;
            super::check_completed(MlKind::ModelTraining, training, cluster, incoming)?;
        }
        (_, _, Some(_)) => {}
        // The guide says what is required, but does not show the error.
        _ => {
            return Err(Failure::missing_parameter(
                "Either dataProcessingJobId and mlModelTrainingJobId or trainingJobName must be given.",
            ));
        }
    }
    let location = location.to_owned();
    super::start_new_job(MlKind::ModelTransform, location, members, cluster, incoming)
}
