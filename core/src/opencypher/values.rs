//! Values in rows.

mod element;
mod path;
mod value;

pub use element::{Node, Properties, Relationship};
pub use path::Path;
pub use value::Value;
