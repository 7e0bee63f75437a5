//! Change streams.

use neptunedata_emulator::{
    Change, ChangeStream, Config, Emulator, EventId, EventIdForm, PlannedFault, Role,
};
use serde_json::{Value, json};

use crate::support::{Ask, INVALID, Json, Refusal, UNSUPPORTED, at, get, media_type, now, refusal};

const PG: ChangeStream = ChangeStream::PropertyGraph;

fn label(id: &str) -> Change {
    Change::add(json!({
        "id": id, "type": "vl", "key": "label", "value": { "value": "vertex", "dataType": "String" },
    }))
}

/// A stream with commits of so many operations each.
fn emulator(config: Config, commits: &[usize]) -> Emulator {
    let mut neptune = Emulator::new(config.streams(true));
    for (place, operations) in commits.iter().enumerate() {
        let changes = (0..*operations).map(|number| label(&format!("v{place}-{number}")));
        let at = at(place as u64);
        neptune.append_commit(PG, changes, at);
    }
    neptune
}

/// The ids of the records that a query gets.
fn ids(neptune: &mut Emulator, query: &str) -> Vec<(u64, u64)> {
    let page = neptune.get(&format!("/propertygraph/stream?{query}"));
    let records = page["records"].as_array().expect("records");
    assert_eq!(page["totalRecords"], records.len());
    let number = |id: &Value, name: &str| id[name].as_u64().expect("a number");
    let id = |id: &Value| (number(id, "commitNum"), number(id, "opNum"));
    let ids: Vec<_> = records
        .iter()
        .map(|record| id(&record["eventId"]))
        .collect();
    assert_eq!(ids.last(), Some(&id(&page["lastEventId"])));
    ids
}

fn future(commit: u64, operation: u64) -> Refusal {
    let text = format!(
        "Requested startEventId is from the future. Last valid eventId is [commitNum = {commit}, opNum = {operation}]"
    );
    refusal(404, "StreamRecordsNotFoundException", &text)
}

#[test]
fn the_form_of_the_guide() {
    let mut neptune = emulator(Config::default(), &[1]);
    let expected = |format: &str| {
        json!({
            "lastEventId": { "commitNum": 1, "opNum": 1 }, "lastTrxTimestamp": 1_704_067_200_000_u64, "format": format,
            "records": [{
                "commitTimestamp": 1_704_067_200_000_u64, "eventId": { "commitNum": 1, "opNum": 1 },
                "data": { "id": "v0-0", "type": "vl", "key": "label",
                          "value": { "value": "vertex", "dataType": "String" } },
                "op": "ADD", "isLastOp": true,
            }],
            "totalRecords": 1,
        })
    };
    for (path, format) in [
        ("/propertygraph/stream", "PG_JSON"),
        ("/pg/stream", "PG_JSON"),
        ("/gremlin/stream", "GREMLIN_JSON"),
    ] {
        let answer = neptune.answer(get(&format!("{path}?commitNum=1")));
        assert_eq!(media_type(&answer), "application/json; charset=UTF-8");
        assert_eq!(answer.to_json(), Some(expected(format)));
        assert_eq!(neptune.last().operation, Some("GetPropertygraphStream"));
    }
    // The streams know nothing of each other.
    neptune.refuses_as(get("/sparql/stream?iteratorType=LATEST"), future(0, 0));
    let statement = json!({ "stmt": "<http://s> <http://p> <http://o> .\n" });
    let (added, removed) = (
        Change::add(statement.clone()),
        Change::remove(statement.clone()),
    );
    neptune.append_commit(ChangeStream::Sparql, [added, removed], now());
    let page = neptune.get("/sparql/stream?iteratorType=TRIM_HORIZON");
    assert_eq!(page["format"], "NQUADS");
    page["records"][0].has(json!({ "data": statement, "isLastOp": null }));
    page["records"][1].has(json!({ "op": "REMOVE", "isLastOp": true }));
    // Replicas are read like the writer.
    neptune.reconfigure(|config| config.role(Role::Reader));
    neptune.get("/sparql/stream?iteratorType=LATEST");
}

#[test]
fn where_reading_begins() {
    let mut neptune = emulator(Config::default(), &[2, 1]);
    neptune.skip_commits(PG, 7);
    let last = EventId::new(10, 2);
    let appended = neptune.append_commit(PG, [label("a"), label("b")], now());
    assert_eq!(appended, Some(last));
    assert_eq!(neptune.append_commit(PG, [], now()), None);
    assert_eq!(neptune.last_event(PG), last);
    let all = [(1, 1), (1, 2), (2, 1), (10, 1), (10, 2)];
    let at = "commitNum=1&iteratorType=AT_SEQUENCE_NUMBER";
    let after = "commitNum=1&opNum=9&iteratorType=AFTER_SEQUENCE_NUMBER&limit=1";
    for (query, expected) in [
        ("iteratorType=TRIM_HORIZON", &all[..]),
        ("iteratorType=TRIM_HORIZON&commitNum=x&opNum=y", &all[..]),
        (at, &all[..]),
        ("commitNum=1", &all[..]),
        ("commitNum=1&opNum=2", &all[1..]),
        ("commitNum=3", &all[3..]),
        ("commitNum=0&limit=2", &all[..2]),
        ("commitNum=1&iteratorType=AFTER_SEQUENCE_NUMBER", &all[1..]),
        (after, &all[2..3]),
        ("iteratorType=LATEST&limit=100000", &all[4..]),
    ] {
        assert_eq!(ids(&mut neptune, query), expected, "{query}");
    }
    for query in [
        "commitNum=10&opNum=3",
        "commitNum=9223372036854775807",
        "commitNum=10&opNum=2&iteratorType=AFTER_SEQUENCE_NUMBER",
        "commitNum=11&iteratorType=AFTER_SEQUENCE_NUMBER",
    ] {
        let request = get(&format!("/pg/stream?{query}"));
        neptune.refuses_as(request, future(10, 2));
    }
    for query in [
        "",
        "iteratorType=AFTER_SEQUENCE_NUMBER",
        "iteratorType=NEWEST",
        "commitNum=-1",
        "commitNum=9223372036854775808",
        "commitNum=1&opNum=x",
        "commitNum=1&limit=0",
        "commitNum=1&limit=100001",
    ] {
        neptune.refuses(get(&format!("/pg/stream?{query}")), INVALID);
    }
}

#[test]
fn what_is_trimmed_has_expired() {
    let mut neptune = emulator(Config::default(), &[2, 2, 2]);
    neptune.trim_before(PG, EventId::new(2, 2));
    let all = ids(&mut neptune, "iteratorType=TRIM_HORIZON");
    assert_eq!(all, [(2, 2), (3, 1), (3, 2)]);
    assert_eq!(ids(&mut neptune, "commitNum=2&opNum=2&limit=1"), [(2, 2)]);
    // A reader that has read all trimmed records has lost nothing.
    let after = "iteratorType=AFTER_SEQUENCE_NUMBER&limit=1";
    let next = ids(&mut neptune, &format!("commitNum=2&opNum=1&{after}"));
    assert_eq!(next, [(2, 2)]);
    for query in [
        "commitNum=2&opNum=1".to_owned(),
        "commitNum=0".to_owned(),
        format!("commitNum=1&opNum=2&{after}"),
    ] {
        let request = || get(&format!("/pg/stream?{query}"));
        neptune.refuses(request(), (400, "ExpiredStreamException"));
        // U18
        neptune.reconfigure(|config| config.expired_as_future(true));
        neptune.refuses_as(request(), future(3, 2));
        neptune.reconfigure(|config| config.expired_as_future(false));
    }
    neptune.trim_before(PG, EventId::new(u64::MAX, 0));
    neptune.refuses_as(get("/pg/stream?iteratorType=TRIM_HORIZON"), future(3, 2));
    neptune.refuses_as(get("/pg/stream?iteratorType=LATEST"), future(3, 2));
}

#[test]
fn pages_are_bounded() {
    let mut neptune = emulator(Config::default(), &[30]);
    assert_eq!(ids(&mut neptune, "commitNum=1").len(), 10);
    assert_eq!(ids(&mut neptune, "commitNum=1&limit=100000").len(), 30);
    // A record has some 190 bytes: the second crosses the line and is the last.
    neptune.reconfigure(|config| config.stream_cap(200));
    let capped = ids(&mut neptune, "commitNum=1&limit=100000");
    assert_eq!(capped, [(1, 1), (1, 2)]);
    neptune.reconfigure(|config| config.stream_cap(0));
    assert_eq!(ids(&mut neptune, "commitNum=1"), [(1, 1)]);

    let mut neptune = Emulator::new(Config::default().streams(true));
    let megabyte = || Change::add(json!({ "stmt": "x".repeat(1024 * 1024) }));
    neptune.append_commit(ChangeStream::Sparql, (0..12).map(|_| megabyte()), now());
    let page = neptune.get("/sparql/stream?commitNum=1&limit=12");
    assert_eq!(page["totalRecords"], 10);
}

#[test]
fn m35_m36_ids_come_in_three_forms() {
    use EventIdForm::{Joined, Numbers, Strings};

    for (form, expected) in [
        (Numbers, json!({ "commitNum": 1, "opNum": 1 })),
        (Strings, json!({ "commitNum": "1", "opNum": "1" })),
        (Joined, json!("1:1")),
    ] {
        let config = Config::default().event_ids(form).last_op_as_text(true);
        let mut neptune = emulator(config, &[1]);
        let page = neptune.get("/pg/stream?iteratorType=LATEST");
        assert_eq!(page["lastEventId"], expected);
        page["records"][0].has(json!({ "eventId": expected, "isLastOp": "true" }));
    }
}

#[test]
fn streams_can_be_off_or_too_busy() {
    let latest = || get("/propertygraph/stream?iteratorType=LATEST");
    let mut neptune = Emulator::default();
    neptune.append_commit(PG, [label("a")], now());
    neptune.refuses(latest(), UNSUPPORTED);

    let mut neptune = emulator(Config::default(), &[1]);
    let status = neptune.get("/status");
    assert_eq!(status["features"]["Streams"], "enabled");
    let busy = PlannedFault::error("ThrottlingException", "Slow down.");
    neptune.fail_next(busy.on("GetPropertygraphStream"));
    neptune.refuses(latest(), (500, "ThrottlingException"));
    neptune.ask(latest());
    neptune.reconfigure(|config| config.streams(false));
    neptune.refuses(latest(), UNSUPPORTED);
    neptune.reconfigure(|config| config.streams(true));
    neptune.refuses_as(latest(), future(0, 0));
}

#[cfg(feature = "gzip")]
#[test]
fn gzip_is_used_on_request() {
    use std::io::Read as _;

    use crate::support::{header, with_header};

    let mut neptune = emulator(Config::default(), &[3]);
    let latest = || get("/propertygraph/stream?commitNum=1");
    let plain = neptune.answer(latest()).body();
    for accepted in ["gzip", "deflate, GZIP;q=0.5", "gzip; q=1"] {
        let answer = neptune.answer(with_header(latest(), "accept-encoding", accepted));
        assert_eq!(header(&answer, "content-encoding"), "gzip");
        let mut inflated = Vec::new();
        let body = answer.body();
        let mut decoder = flate2::read::GzDecoder::new(&body[..]);
        decoder.read_to_end(&mut inflated).expect("gzip");
        assert_eq!(inflated, plain);
    }
    for accepted in ["identity", "gzip;q=0", "br"] {
        let request = with_header(latest(), "accept-encoding", accepted);
        assert_eq!(neptune.answer(request).body(), plain);
    }
}

/// A reader that follows `lastEventId` sees every record once, in order, whatever its pages are.
#[test]
fn paging_sees_everything_once() {
    for limit in 1..8 {
        let mut neptune = emulator(Config::default(), &[3, 1, 4, 1, 5]);
        let first = format!("iteratorType=TRIM_HORIZON&limit={limit}");
        let mut seen = ids(&mut neptune, &first);
        let after = |(commit, operation): (u64, u64)| {
            format!(
                "iteratorType=AFTER_SEQUENCE_NUMBER&commitNum={commit}&opNum={operation}&limit={limit}"
            )
        };
        while let Some(last) = seen.last().copied().filter(|last| *last != (5, 5)) {
            seen.extend(ids(&mut neptune, &after(last)));
        }
        let end = get(&format!("/pg/stream?{}", after((5, 5))));
        neptune.refuses_as(end, future(5, 5));
        assert_eq!(seen.len(), 14);
        assert!(seen.is_sorted());
    }
}
