//! The `Authorization` header.

/// The parts of `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=A;B, Signature=HEX`.
#[derive(Debug)]
pub(super) struct Authorization<'a> {
    pub(super) access_key: &'a str,
    pub(super) date: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) terminator: &'a str,
    pub(super) signed: &'a str,
    pub(super) signature: &'a str,
}

impl<'a> Authorization<'a> {
    pub(super) fn parse(header: &'a str) -> Result<Self, String> {
        let Some(parameters) = header.strip_prefix("AWS4-HMAC-SHA256 ") else {
            return Err(super::NO_TOKEN.to_owned());
        };
        let parameter = |name: &str| {
            parameters
                .split(',')
                .find_map(|parameter| parameter.trim().strip_prefix(name)?.strip_prefix('='))
                .ok_or_else(|| format!("Authorization header requires '{name}' parameter."))
        };
        let credential = parameter("Credential")?;
        // An access key has no slash, but the client may send any region and service.
        let parts: Vec<&str> = credential.split('/').collect();
        let &[access_key, date, region, service, terminator] = parts.as_slice() else {
            return Err(format!(
                "Credential must have exactly 5 slash-delimited elements, \
                 e.g. keyid/date/region/service/term, got '{credential}'"
            ));
        };
        let (signed, signature) = (parameter("SignedHeaders")?, parameter("Signature")?);
        Ok(Self {
            access_key,
            date,
            region,
            service,
            terminator,
            signed,
            signature,
        })
    }

    /// The names of the signed headers, in the order of the header.
    pub(super) fn signed_headers(&self) -> impl Iterator<Item = &'a str> {
        self.signed.split(';')
    }

    pub(super) fn scope(&self) -> String {
        format!(
            "{}/{}/{}/{}",
            self.date, self.region, self.service, self.terminator
        )
    }
}
