//! Every waiter, against the emulator.

use std::time::Duration;

use neptunedata::{
    engine::ExecuteFastReset,
    index_rebuild::StartIndexRebuild,
    ml::{
        CreateMlEndpoint, DataProcessingJobId, DeleteMlEndpoint, InputDataS3Uri,
        ModelTrainingJobId, ProcessedDataS3Uri, StartMlDataProcessingJob, StartMlModelTrainingJob,
        StartMlModelTransformJob,
    },
    statistics::{
        ManagePropertygraphStatistics, ManageSparqlStatistics, StatisticsAutoGenerationMode,
    },
    types::S3Uri,
    wait::{
        WaitOptions, WaitOutput, Waiter,
        waiters::{
            DataProcessingCompleted, EndpointCreated, EndpointDeleted, FastResetCompleted,
            IndexRebuildCompleted, ModelTrainingCompleted, ModelTransformCompleted,
            PropertygraphStatisticsComputed, SparqlStatisticsComputed,
        },
    },
};
use neptunedata_emulator::Server;

use neptunedata_tests::client::{Client, Driver, quick};

use crate::support::server;

/// Waits while the server's clock runs. There has to be progress.
fn wait<W: Waiter>(client: &Client, server: &Server, waiter: W) -> WaitOutput<W::Output> {
    let mut told = 0;
    let output = wait_quickly(client, waiter, || {
        told += 1;
        server.advance(Duration::from_secs(5));
    });
    assert!(told > 0, "{client:?}");
    output
}

fn wait_quickly<W: Waiter>(
    client: &Client,
    waiter: W,
    mut tell: impl FnMut(),
) -> WaitOutput<W::Output> {
    let moment = Duration::from_millis(2);
    let quickly = WaitOptions::new().interval(moment).max_interval(moment);
    client.wait_with(waiter, quickly, |_| tell()).unwrap()
}

#[test]
fn jobs_of_machine_learning_and_endpoints() {
    for driver in Driver::ALL {
        let server = server();
        let client = driver.client(&server.endpoint(), quick());
        let processing = StartMlDataProcessingJob::new(
            InputDataS3Uri::new("s3://b/in"),
            ProcessedDataS3Uri::new("s3://b/out"),
        );
        let processing = client.send(&processing).unwrap().id.unwrap();
        wait(&client, &server, DataProcessingCompleted::new(&processing));

        let processing = DataProcessingJobId::new(processing);
        let training = StartMlModelTrainingJob::new(processing.clone(), S3Uri::new("s3://b/model"));
        let training = client.send(&training).unwrap().id.unwrap();
        wait(&client, &server, ModelTrainingCompleted::new(&training));

        let transform = StartMlModelTransformJob::from_training_job(
            processing,
            ModelTrainingJobId::new(&training),
            S3Uri::new("s3://b/transformed"),
        );
        let transform = client.send(&transform).unwrap().id.unwrap();
        wait(&client, &server, ModelTransformCompleted::new(&transform));

        let endpoint = CreateMlEndpoint::from_training_job(&training);
        let endpoint = client.send(&endpoint).unwrap().id.unwrap();
        wait(&client, &server, EndpointCreated::new(&endpoint));
        client.send(&DeleteMlEndpoint::new(&endpoint)).unwrap();
        // The emulator deletes it at once.
        wait_quickly(&client, EndpointDeleted::new(&endpoint), || ());
    }
}

#[test]
fn rebuilds_resets_and_statistics() {
    for driver in Driver::ALL {
        let server = server();
        let client = driver.client(&server.endpoint(), quick());
        let rebuild = client.send(&StartIndexRebuild::new()).unwrap();
        let rebuild = rebuild.rebuild_id.unwrap();
        wait(&client, &server, IndexRebuildCompleted::new(rebuild));

        let refresh = StatisticsAutoGenerationMode::Refresh;
        let property_graph = ManagePropertygraphStatistics::new().mode(refresh.clone());
        let started = client.send(&property_graph).unwrap();
        let id = started.payload.unwrap().statistics_id.unwrap();
        let watch = PropertygraphStatisticsComputed::new().with_id(id);
        wait(&client, &server, watch);
        let sparql = ManageSparqlStatistics::new().mode(refresh);
        let started = client.send(&sparql).unwrap();
        let id = started.payload.unwrap().statistics_id.unwrap();
        wait(
            &client,
            &server,
            SparqlStatisticsComputed::new().with_id(id),
        );

        let initiated = client.send(&ExecuteFastReset::initiate()).unwrap();
        let token = initiated.token().unwrap().to_owned();
        client.send(&ExecuteFastReset::perform(token)).unwrap();
        let reset = wait(&client, &server, FastResetCompleted::new());
        assert_eq!(reset.result.status.as_deref(), Some("healthy"));
    }
}
