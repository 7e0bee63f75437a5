//! Credentials from the AWS chain and from providers of the AWS SDK, with services on loopback.

#![allow(missing_docs)]
#![cfg(feature = "aws-config")]

#[path = "credentials/fake.rs"]
mod fake;
#[path = "credentials/support.rs"]
mod support;

mod hyper {
    use neptunedata_hyper as driver;

    const MODULE: &str = "hyper";

    macro_rules! wait {
        ($future:expr) => {
            $future.await
        };
    }

    macro_rules! tests {
        ($(fn $name:ident() $body:block)*) => {
            $(#[tokio::test]
            async fn $name() $body)*
        };
    }

    macro_rules! together {
        ($client:expr, $number:expr) => {{
            let calls: Vec<_> = (0..$number)
                .map(|_| {
                    let client = $client.clone();
                    tokio::spawn(async move {
                        client.send(&driver::engine::GetEngineStatus::new()).await
                    })
                })
                .collect();
            for call in calls {
                call.await.unwrap().unwrap();
            }
        }};
    }

    include!("credentials/aws.rs");
}

mod blocking {
    use neptunedata_blocking as driver;

    const MODULE: &str = "blocking";

    macro_rules! wait {
        ($result:expr) => {
            $result
        };
    }

    macro_rules! tests {
        ($(fn $name:ident() $body:block)*) => {
            $(#[test]
            fn $name() $body)*
        };
    }

    macro_rules! together {
        ($client:expr, $number:expr) => {{
            let calls: Vec<_> = (0..$number)
                .map(|_| {
                    let client = $client.clone();
                    std::thread::spawn(move || client.send(&driver::engine::GetEngineStatus::new()))
                })
                .collect();
            for call in calls {
                call.join().unwrap().unwrap();
            }
        }};
    }

    include!("credentials/aws.rs");

    /// A blocking client may be dropped where an async one lives, and used in a runtime's blocking thread.
    #[tokio::test]
    async fn the_private_runtime_may_end_within_another_one() {
        let server = crate::support::cluster();
        let client = client(&server, Provider::default());
        let used = client.clone();
        let call =
            tokio::task::spawn_blocking(move || used.send(&driver::engine::GetEngineStatus::new()));
        call.await.unwrap().unwrap();
        drop(client);
    }
}
