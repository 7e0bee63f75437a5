//! Inference endpoints of Neptune ML:
//! <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-endpoints.html>.

mod create_ml_endpoint;
mod delete_ml_endpoint;
mod get_ml_endpoint;
mod list_ml_endpoints;

use super::EXCEPTIONS;

pub use create_ml_endpoint::{CreateMlEndpoint, CreateMlEndpointOutput};
pub use delete_ml_endpoint::{DeleteMlEndpoint, DeleteMlEndpointOutput};
pub use get_ml_endpoint::{GetMlEndpoint, GetMlEndpointOutput, MlEndpointDefinition};
pub use list_ml_endpoints::{ListMlEndpoints, ListMlEndpointsOutput};
