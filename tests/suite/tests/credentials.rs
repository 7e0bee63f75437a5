//! Where credentials come from, on both drivers: the same tests, compiled once for each.

#![allow(missing_docs)]

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

    macro_rules! source {
        ($function:expr) => {{
            let function = $function;
            move |refresh| {
                let answer = function(refresh);
                async move {
                    tokio::task::yield_now().await;
                    answer
                }
            }
        }};
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
            let mut results = Vec::new();
            for call in calls {
                results.push(call.await.unwrap());
            }
            results
        }};
    }

    include!("credentials/both.rs");
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

    macro_rules! source {
        ($function:expr) => {
            $function
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
            let results = calls.into_iter().map(|call| call.join().unwrap());
            results.collect::<Vec<_>>()
        }};
    }

    include!("credentials/both.rs");
}
