//! Bodies that are forms.

use super::percent;

/// The media type of forms.
pub(super) const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// Appends `name=value`, encoded.
pub(super) fn add(form: &mut String, name: &str, value: &str) {
    if !form.is_empty() {
        form.push('&');
    }
    percent::encode_into(form, name);
    form.push('=');
    percent::encode_into(form, value);
}

/// The form without the fields of this name.
pub(super) fn without(form: &str, name: &str) -> String {
    let mut encoded = String::new();
    percent::encode_into(&mut encoded, name);
    let is_other = |pair: &&str| pair.split('=').next() != Some(encoded.as_str());
    let kept: Vec<_> = form.split('&').filter(is_other).collect();
    kept.join("&")
}
