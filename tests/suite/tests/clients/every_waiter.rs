//! Each waiter, for what the emulator does.

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

use crate::support::{BOTH, Driver, block_on, blocking, hyper, options, server};

/// Waits while the server's clock runs; says how it ended and how often there was progress.
fn wait<W: Waiter>(driver: Driver, server: &Server, watch: W) -> (WaitOutput<W::Output>, usize) {
    let moment = Duration::from_millis(2);
    let quickly = WaitOptions::new().interval(moment).max_interval(moment);
    let mut told = 0;
    let tell = |_| {
        told += 1;
        server.advance(Duration::from_secs(5));
    };
    let waited = match driver {
        Driver::Blocking => {
            let client = blocking(server, options());
            client.wait(watch).options(quickly).run_with(tell)
        }
        Driver::Hyper => block_on(async {
            let client = hyper(server, options());
            client.wait(watch).options(quickly).run_with(tell).await
        }),
    };
    (waited.unwrap(), told)
}

#[test]
fn jobs_of_machine_learning_and_endpoints() {
    for driver in BOTH {
        let server = server();
        let client = blocking(&server, options());
        let processing = StartMlDataProcessingJob::new(
            InputDataS3Uri::new("s3://b/in"),
            ProcessedDataS3Uri::new("s3://b/out"),
        );
        let processing = client.send(&processing).unwrap().id.unwrap();
        let (_, told) = wait(driver, &server, DataProcessingCompleted::new(&processing));
        assert!(told > 0, "{driver:?}");

        let processing = DataProcessingJobId::new(processing);
        let training = StartMlModelTrainingJob::new(processing.clone(), S3Uri::new("s3://b/model"));
        let training = client.send(&training).unwrap().id.unwrap();
        let (_, told) = wait(driver, &server, ModelTrainingCompleted::new(&training));
        assert!(told > 0, "{driver:?}");

        let transform = StartMlModelTransformJob::from_training_job(
            processing,
            ModelTrainingJobId::new(&training),
            S3Uri::new("s3://b/transformed"),
        );
        let transform = client.send(&transform).unwrap().id.unwrap();
        let (_, told) = wait(driver, &server, ModelTransformCompleted::new(&transform));
        assert!(told > 0, "{driver:?}");

        let endpoint = CreateMlEndpoint::from_training_job(&training);
        let endpoint = client.send(&endpoint).unwrap().id.unwrap();
        let (_, told) = wait(driver, &server, EndpointCreated::new(&endpoint));
        assert!(told > 0, "{driver:?}");
        client.send(&DeleteMlEndpoint::new(&endpoint)).unwrap();
        // There it is gone at once.
        wait(driver, &server, EndpointDeleted::new(&endpoint));
    }
}

#[test]
fn rebuilds_resets_and_statistics() {
    for driver in BOTH {
        let server = server();
        let client = blocking(&server, options());
        let rebuild = client.send(&StartIndexRebuild::new()).unwrap();
        let rebuild = rebuild.rebuild_id.unwrap();
        let (_, told) = wait(driver, &server, IndexRebuildCompleted::new(rebuild));
        assert!(told > 0, "{driver:?}");

        let refresh = StatisticsAutoGenerationMode::Refresh;
        let property_graph = ManagePropertygraphStatistics::new().mode(refresh.clone());
        let started = client.send(&property_graph).unwrap();
        let id = started.payload.unwrap().statistics_id.unwrap();
        let watch = PropertygraphStatisticsComputed::new().with_id(id);
        let (_, told) = wait(driver, &server, watch);
        assert!(told > 0, "{driver:?}");
        let sparql = ManageSparqlStatistics::new().mode(refresh);
        let started = client.send(&sparql).unwrap();
        let id = started.payload.unwrap().statistics_id.unwrap();
        let (_, told) = wait(driver, &server, SparqlStatisticsComputed::new().with_id(id));
        assert!(told > 0, "{driver:?}");

        let initiated = client.send(&ExecuteFastReset::initiate()).unwrap();
        let token = initiated.token().unwrap().to_owned();
        client.send(&ExecuteFastReset::perform(token)).unwrap();
        let (reset, told) = wait(driver, &server, FastResetCompleted::new());
        assert_eq!(reset.result.status.as_deref(), Some("healthy"));
        assert!(told > 0, "{driver:?}");
    }
}
