//! Neptune ML: <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning.html>.

mod model_training;

pub use model_training::*;
