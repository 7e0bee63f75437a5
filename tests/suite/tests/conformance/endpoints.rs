//! `endpoints.jsonl`: a client that is always told its cluster's endpoint resolves none itself, so custom endpoints,
//! region names and the DNS suffixes of partitions are what there is to check.

use neptunedata::{
    Endpoint,
    endpoint::{EndpointError, EndpointErrorKind, is_valid_region},
    engine::GetEngineStatus,
};
use neptunedata_tests::vectors;
use serde::Deserialize;

use crate::report::{Report, same};

#[derive(Deserialize)]
struct Line {
    tag: String,
    params: Params,
    endpoint: Option<Resolved>,
    client_endpoint: Option<Client>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Params {
    region: Option<String>,
    #[serde(rename = "UseFIPS")]
    fips: Option<bool>,
    use_dual_stack: Option<bool>,
    endpoint: Option<String>,
}

#[derive(Deserialize)]
struct Resolved {
    url: String,
}

#[derive(Deserialize)]
struct Client {
    signing_scope: String,
}

#[derive(Deserialize)]
struct Refusal {
    exception: String,
}

const CUSTOM: &str = "custom_endpoint";
const CLIENT: &str = "client";
const PARTITION: &str = "region:";

#[test]
fn custom_endpoints_and_regions_are_handled_as_by_botocore() {
    let mut report = Report::new("endpoints.jsonl");
    for (index, line) in vectors::lines::<Line>("endpoints.jsonl")
        .unwrap()
        .into_iter()
        .enumerate()
    {
        let id = format!("line {} ({})", index + 1, line.tag);
        let params = &line.params;
        let variant = params.fips == Some(true) || params.use_dual_stack == Some(true);
        let refused_variant = line
            .error
            .as_ref()
            .is_some_and(|error| error.exception == "EndpointVariantError");
        match line.tag.as_str() {
            CUSTOM if variant => {
                report.set_aside("no FIPS or dual-stack option together with a custom endpoint");
            }
            CUSTOM => report.checked(CUSTOM, &id, custom(&line)),
            CLIENT if refused_variant => {
                report.set_aside("regional endpoint: no FIPS or dual-stack there");
            }
            CLIENT => report.checked(CLIENT, &id, region(&line)),
            tag if tag.starts_with(PARTITION) => {
                report.checked(PARTITION, &id, host_names(&line));
            }
            tag => {
                let tag = tag.split(':').next().unwrap_or(tag);
                report.set_aside(&format!("regional endpoint: {tag}"));
            }
        }
    }
    report.finish([CUSTOM, CLIENT, PARTITION]);
}

/// The region is read from cluster names with the DNS suffixes of all partitions, in both orders of region and service.
fn host_names(line: &Line) -> Result<(), String> {
    let Some(resolved) = &line.endpoint else {
        return Ok(());
    };
    let region = line.params.region.as_deref().unwrap_or_default();
    let host = resolved.url.trim_start_matches("https://");
    let (service, suffix) = host
        .split_once(&format!(".{region}."))
        .ok_or_else(|| format!("no region in {host}"))?;
    let is_region = !region.ends_with("-global");
    for service in [service, &service.replace("-db", "")] {
        for name in [
            format!("db.cluster-abc.{region}.{service}.{suffix}"),
            format!("db.cluster-abc.{service}.{region}.{suffix}"),
        ] {
            let found = Endpoint::parse(&name).ok();
            let found = found.as_ref().and_then(Endpoint::region);
            same(&name, &found, &is_region.then_some(region))?;
        }
    }
    Ok(())
}

/// The rules pass any text on; here it becomes a normal form, or is refused at once.
fn custom(line: &Line) -> Result<(), String> {
    let text = line.params.endpoint.as_deref().unwrap_or_default();
    let Some(resolved) = &line.endpoint else {
        return Err("refused by botocore, for a reason not known here".to_owned());
    };
    same("the URL resolved", resolved.url.as_str(), text)?;
    let parsed = Endpoint::parse(text);
    if let Some(reason) = refusal(text) {
        let ours = parsed.as_ref().map_err(variant).err();
        return same("the refusal", &ours, &Some(reason));
    }
    let endpoint = parsed.map_err(|error| format!("{text:?} was refused: {error}"))?;
    let (authority, url) = normal(text);
    same("the URL", endpoint.url(), &url)?;
    let header = endpoint.host_header().to_str().unwrap_or_default();
    same("the host header", header, &authority)?;
    let request = neptunedata::request(&GetEngineStatus::new(), &endpoint);
    let request = request.map_err(|error| error.to_string())?;
    same(
        "the URI",
        &request.uri().to_string(),
        &format!("{url}/status"),
    )?;
    match &line.params.region {
        None => Ok(()),
        Some(region) => {
            let endpoint = endpoint
                .with_region(region)
                .map_err(|error| error.to_string())?;
            same("the region", &endpoint.region(), &Some(region.as_str()))
        }
    }
}

/// Why a text that the rules pass on is refused here: what cannot be sent as it is.
fn refusal(text: &str) -> Option<&'static str> {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, text),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let in_host = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
    if rest.contains('#') {
        Some("Fragment")
    } else if rest.contains('?') {
        Some("Query")
    } else if scheme.is_some_and(|scheme| !["https", "http"].contains(&scheme)) {
        Some("Scheme")
    } else if authority.contains('@') {
        Some("UserInfo")
    } else if scheme.is_none() && !authority.contains(".neptune.") {
        let name = authority.split(':').next().unwrap_or_default();
        Some(if name.chars().all(in_host) {
            "Scheme"
        } else {
            "Host"
        })
    } else if authority.is_empty() || !authority.chars().all(in_host) {
        Some("Host")
    } else {
        None
    }
}

fn variant(error: &EndpointError) -> &'static str {
    match error.kind() {
        EndpointErrorKind::Scheme => "Scheme",
        EndpointErrorKind::Host => "Host",
        EndpointErrorKind::Port => "Port",
        EndpointErrorKind::Path => "Path",
        EndpointErrorKind::UserInfo => "UserInfo",
        EndpointErrorKind::Query => "Query",
        EndpointErrorKind::Fragment => "Fragment",
        EndpointErrorKind::Region => "Region",
        EndpointErrorKind::TooLong => "TooLong",
        _ => "a variant not known here",
    }
}

/// Host in lower case, neither the scheme's own port nor a trailing slash: the authority, and all.
fn normal(text: &str) -> (String, String) {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme, rest.to_owned()),
        None => ("https", format!("{text}:8182")),
    };
    let (authority, path) = match rest.split_once('/') {
        Some((authority, path)) => (authority, format!("/{path}")),
        None => (rest.as_str(), String::new()),
    };
    let port = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.to_ascii_lowercase();
    let authority = authority.strip_suffix(port).unwrap_or(&authority);
    let path = path.strip_suffix('/').unwrap_or(&path);
    (
        authority.to_owned(),
        format!("{scheme}://{authority}{path}"),
    )
}

/// The client rejects a region that is not a host label, and removes `fips-` and `-fips` from the region before it signs.
fn region(line: &Line) -> Result<(), String> {
    let given = line.params.region.as_deref().unwrap_or_default();
    let endpoint = Endpoint::parse("https://db.example.com:8182");
    let endpoint = endpoint.map_err(|error| error.to_string())?;
    match (&line.client_endpoint, endpoint.with_region(given)) {
        (Some(client), Ok(endpoint)) => {
            let signed = client.signing_scope.split('/').next();
            same("the region signed for", &endpoint.region(), &signed)?;
            same("its validity", &signed.is_some_and(is_valid_region), &true)
        }
        (None, Err(error)) if error.kind() == EndpointErrorKind::Region => {
            same("the refusal", error.part(), given)
        }
        (Some(_), Err(error)) => Err(format!("{given:?} was rejected: {error}")),
        (None, Ok(_)) => Err(format!("{given:?} was accepted")),
        (None, Err(error)) => Err(format!("{error} is not about the region")),
    }
}
