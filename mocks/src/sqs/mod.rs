//! Amazon SQS.

pub(crate) mod errors;
mod operation;

pub(crate) use errors::SQS;
pub(crate) use operation::Operation;
