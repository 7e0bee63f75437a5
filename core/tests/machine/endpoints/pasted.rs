//! Endpoints as they come out of variables, files, the console, and the settings of other clients.

use neptunedata::{Endpoint, endpoint::EndpointErrorKind::*};

use super::{NAME, parsed};

/// `NAME` is replaced by a cluster's host name. Each row: a text and the URL of its endpoint.
#[test]
fn pasted_texts_that_are_understood() {
    let rows = [
        ("NAME\n", "https://NAME:8182"),
        ("NAME:8182\r\n", "https://NAME:8182"),
        (" \t https://NAME:8182 \n", "https://NAME:8182"),
        (
            "\u{a0}http://localhost:8182\u{2003}",
            "http://localhost:8182",
        ),
        ("https://NAME:8182/", "https://NAME:8182"),
        // Settings of clients for one query language.
        ("https://NAME:8182/gremlin", "https://NAME:8182"),
        ("https://NAME:8182/gremlin/", "https://NAME:8182"),
        ("NAME:8182/gremlin", "https://NAME:8182"),
        ("https://NAME:8182/openCypher", "https://NAME:8182"),
        ("https://NAME:8182/opencypher", "https://NAME:8182"),
        ("https://NAME:8182/sparql", "https://NAME:8182"),
        ("https://NAME:8182/sparql/gsp", "https://NAME:8182"),
        ("https://NAME:8182/sparql/gsp/", "https://NAME:8182"),
        // Commands of the guide.
        ("https://NAME:8182/status", "https://NAME:8182"),
        ("https://NAME:8182/gremlin/status", "https://NAME:8182"),
        ("https://NAME:8182/gremlin/explain", "https://NAME:8182"),
        ("https://NAME:8182/gremlin/sparql/gsp", "https://NAME:8182"),
        ("https://NAME:8182/loader", "https://NAME:8182"),
        ("https://NAME:8182/system", "https://NAME:8182"),
        ("https://NAME:8182/sparql/stream", "https://NAME:8182"),
        // The path of a proxy stays.
        (
            "https://proxy.example.com/graph/sparql",
            "https://proxy.example.com/graph",
        ),
        (
            "https://proxy.example.com/my-gremlin",
            "https://proxy.example.com/my-gremlin",
        ),
        (
            "https://proxy.example.com/sparql/graph",
            "https://proxy.example.com/sparql/graph",
        ),
    ];
    for (text, url) in
        rows.map(|(text, url)| (text.replace("NAME", NAME), url.replace("NAME", NAME)))
    {
        assert_eq!(parsed(&text).url(), url, "{text:?}");
    }
}

#[test]
fn pasted_texts_that_are_refused_with_the_reason() {
    const QUOTES: &str = "is in quotes; remove them";
    const WEB_PAGE: &str = "belongs to a web page; write the endpoint of the cluster";
    const ANALYTICS: &str = "belongs to Neptune Analytics, which has another API; write the endpoint of a Neptune Database cluster";
    const NO_SCHEME: &str = "scheme is missing; write https:// or http://, or the whole host name of a cluster, such as ";
    let rows = [
        ("\"NAME\"", Host, QUOTES),
        ("'https://NAME:8182'\n", Host, QUOTES),
        ("\u{201c}NAME\u{201d}", Host, QUOTES),
        ("https://NAME:8182\"", Host, QUOTES),
        ("NAME,", Host, "has the character ','"),
        ("NEPTUNE_HOST=NAME", Host, "has the character '='"),
        ("\u{feff}NAME", Host, "has the character '\\u{feff}'"),
        ("NAME\nNAME", Host, "has the character '\\n'"),
        ("{\"host\": \"NAME\"}", Host, "has the character '{'"),
        (
            "wss://NAME:8182/gremlin",
            Scheme,
            "\"wss\" is for WebSockets; write https:// or http://",
        ),
        (
            "ws://NAME:8182",
            Scheme,
            "\"ws\" is for WebSockets; write https:// or http://",
        ),
        (
            "bolt://NAME:8182",
            Scheme,
            "\"bolt\" is for Bolt; write https:// or http://",
        ),
        (
            "bolt+s://NAME:8182",
            Scheme,
            "\"bolt+s\" is for Bolt; write https:// or http://",
        ),
        (
            "neo4j://NAME:8182",
            Scheme,
            "\"neo4j\" is for Bolt; write https:// or http://",
        ),
        ("https://NAME:8182/'/", Path, "ends with a quote; remove it"),
        (
            "https://NAME:8182/'/sparql",
            Path,
            "ends with a quote; remove it",
        ),
        (
            "http://https://NAME:8182",
            Scheme,
            "\"https\" follows another scheme; remove one of them",
        ),
        (
            "jdbc:neptune:sparql://https://NAME",
            Scheme,
            "\"jdbc:neptune:sparql\" is not supported",
        ),
        (
            "https://g-abc.eu-west-1.neptune-graph.amazonaws.com",
            Host,
            ANALYTICS,
        ),
        (
            "g-abc.eu-west-1.neptune-graph.amazonaws.com",
            Host,
            ANALYTICS,
        ),
        (
            "https://vpce-0a.neptune-graph-data.eu-west-1.vpce.amazonaws.com",
            Host,
            ANALYTICS,
        ),
        (
            "https://rds.eu-west-1.amazonaws.com",
            Host,
            "belongs to Amazon RDS",
        ),
        (
            "db.cluster-abc.eu-west-1.rds.amazonaws.com",
            Host,
            "belongs to Amazon RDS",
        ),
        (
            "arn:aws:rds:eu-west-1:123456789012:cluster:my-db",
            Host,
            "is an ARN; write the endpoint of the cluster",
        ),
        (
            "ARN:aws-cn:rds:cn-north-1:123456789012:cluster:my-db",
            Host,
            "is an ARN",
        ),
        (
            "https://eu-west-1.console.aws.amazon.com/neptune/home?region=eu-west-1#database:id=db",
            Host,
            WEB_PAGE,
        ),
        ("https://console.amazonaws.cn/neptune", Host, WEB_PAGE),
        (
            "https://aws-neptune-x.notebook.eu-west-1.sagemaker.aws/lab",
            Host,
            WEB_PAGE,
        ),
        ("my-db", Scheme, NO_SCHEME),
        ("my-db.cluster-abc", Scheme, NO_SCHEME),
        ("my-db.cluster-abc.neptune.amazonaws.com", Scheme, NO_SCHEME),
        (
            "https://NAME:8182/sparql?query=x",
            Query,
            "remove '?' and everything after it",
        ),
    ];
    for (text, kind, reason) in rows {
        let text = text.replace("NAME", NAME);
        let error = Endpoint::parse(&text).unwrap_err();
        assert_eq!(error.kind(), kind, "{text:?}");
        assert!(error.to_string().contains(reason), "{text:?}: {error}");
    }
}
