//! Content negotiation by the header `accept` (RFC 9110, section 12.5.1).

use std::cmp::Reverse;

/// The offered media type that a client prefers; `None` if it accepts none of them or sends no header.
///
/// The highest quality wins. Among equal qualities, the type that is listed without a wildcard wins, then the type that
/// is listed first, then the type that is offered first. The parameters of an offer, except `charset`, have to be
/// listed too.
pub(crate) fn preferred<'a>(accept: Option<&str>, offers: &[&'a str]) -> Option<&'a str> {
    let ranges: Vec<Range> = accept?.split(',').map(Range::new).collect();
    let mut best = None;
    for (number, offer) in offers.iter().enumerate() {
        let matching = ranges
            .iter()
            .enumerate()
            .filter_map(|(position, range)| Some((range.exactness(offer)?, Reverse(position))));
        // The quality of a type is that of the most exact range.
        let Some((exactness, position)) = matching.max() else {
            continue;
        };
        let quality = ranges.get(position.0).map_or(0, |range| range.quality);
        if quality > 0 {
            let rank = (quality, exactness, position, Reverse(number));
            best = best.max(Some((rank, *offer)));
        }
    }
    best.map(|(_, offer)| offer)
}

/// A media type or a range of types that a client accepts.
struct Range {
    name: String,
    parameters: Vec<String>,
    /// The weight in thousandths.
    quality: u16,
}

impl Range {
    fn new(text: &str) -> Self {
        let (name, mut parameters) = parts(text);
        let weight = parameters.iter().position(|it| it.starts_with("q="));
        let weight = weight.map(|index| parameters.remove(index));
        let weight = weight.and_then(|weight| weight.get(2..)?.parse::<f64>().ok());
        // A weight that is not valid is ignored.
        let weight = weight.filter(|weight| (0.0..=1.0).contains(weight));
        Self {
            // The default of Java's HTTP client has a single star.
            name: if name == "*" { "*/*".to_owned() } else { name },
            parameters,
            quality: (weight.unwrap_or(1.0) * 1000.0).round() as u16,
        }
    }

    /// How exactly this range names an offer: with the type (2), with `type/*` (1), or with `*/*` (0).
    fn exactness(&self, offer: &str) -> Option<u8> {
        let (name, parameters) = parts(offer);
        let (kind, _) = name.split_once('/')?;
        let exactness = match self.name.strip_suffix("/*") {
            Some("*") => 0,
            Some(range) if range == kind => 1,
            None if self.name == name => 2,
            _ => return None,
        };
        let is_listed = |parameter: &String| {
            parameter.starts_with("charset=") || self.parameters.contains(parameter)
        };
        parameters.iter().all(is_listed).then_some(exactness)
    }
}

/// The name of a media type and its parameters, in lower case.
fn parts(text: &str) -> (String, Vec<String>) {
    let text = text.to_ascii_lowercase();
    let mut parts = text.split(';').map(|part| part.trim().to_owned());
    (parts.next().unwrap_or_default(), parts.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiation() {
        const OFFERS: [&str; 6] = [
            "application/json",
            "application/xml",
            "text/csv;charset=UTF-8",
            "text/html;charset=UTF-8",
            "application/x;types=false",
            "application/x",
        ];
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";
        let java = "text/xhtml, image/gif, image/jpeg, *; q=.2, */*; q=.2";
        for (accept, expected) in [
            ("", None),
            (" , ;q=1", None),
            ("image/png", None),
            ("*/*", Some("application/json")),
            ("*/*;q=0", None),
            (java, Some("application/json")),
            (browser, Some("text/html;charset=UTF-8")),
            ("text/*", Some("text/csv;charset=UTF-8")),
            ("text/*;q=0.5, application/*", Some("application/json")),
            // The first of equals; a wildcard is less than a type.
            ("application/xml, application/json", Some("application/xml")),
            ("*/*, application/xml", Some("application/xml")),
            ("text/*, application/xml", Some("application/xml")),
            // The weight decides, in any order and spelling.
            (
                "application/json;q=0.1, application/xml;q=0.2",
                Some("application/xml"),
            ),
            (
                "application/json;q=0.8, application/xml;q=0.85",
                Some("application/xml"),
            ),
            (
                "application/json ; Q=0.5,APPLICATION/XML",
                Some("application/xml"),
            ),
            ("application/xml;q=0, */*;q=0.1", Some("application/json")),
            ("application/json;q=0, */*", Some("application/xml")),
            (
                "application/json;q=0, application/*",
                Some("application/xml"),
            ),
            (
                "text/*;q=0.3, text/html;q=0.7, */*;q=0.5",
                Some("text/html;charset=UTF-8"),
            ),
            (
                "text/html;q=0.2, text/*;q=0.3",
                Some("text/csv;charset=UTF-8"),
            ),
            // A weight that is not valid counts as 1.
            (
                "application/json;q=0.9, application/xml;q=high",
                Some("application/xml"),
            ),
            (
                "application/json;q=0.9, application/xml;q=NaN",
                Some("application/xml"),
            ),
            (
                "application/json;q=0.9, application/xml;q=-1",
                Some("application/xml"),
            ),
            // Parameters.
            ("text/csv; charset=utf-8", Some("text/csv;charset=UTF-8")),
            (
                "application/json; charset=utf-8;q=1",
                Some("application/json"),
            ),
            ("application/x", Some("application/x")),
            (
                "application/x; types=false",
                Some("application/x;types=false"),
            ),
            (
                "application/x;q=0.9;types=false",
                Some("application/x;types=false"),
            ),
            ("application/x;types=true", Some("application/x")),
        ] {
            assert_eq!(preferred(Some(accept), &OFFERS), expected, "{accept}");
        }
        assert_eq!(preferred(None, &OFFERS), None);
    }
}
