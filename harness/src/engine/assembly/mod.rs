//! Puts a plan together: the cloud it runs against, the clients that ask it, the traffic that they carry.
//!
//! The one place that knows both a scenario's words and the parts that carry them out. `cloud` turns the
//! plan into a cloud, `answer` its rules and `fault` its faults into those of the mocks, `front` puts faults
//! before another target, `header` makes what readers of the log must know, `traffic` the requesters.

mod answer;
mod cloud;
mod fault;
mod front;
mod header;
mod prompt_length;
mod queue;
mod terms;
mod traffic;
mod work;

use std::sync::Arc;

use aws_config::SdkConfig;
use bedload_mocks::faults::{
    ErrorAnswerError, FactorError, FrameError, PromptMatchError, ScriptError, ShareError, WindowError,
};
use bedload_mocks::{AccountError, Cloud, Epoch, ModelError, QuotaError, SpecError, SpreadError};
use bedload_reports::header::ClockKind;
use bedload_reports::record::Name;

pub use cloud::{behaviour, spec as cloud_spec};
pub use fault::faults;
pub use header::{header, schedule};
pub use prompt_length::prompt_tokens;
pub use queue::{Leftover, Queues};
pub use terms::terms;
pub use traffic::traffic;
pub use work::queue_setup;

use crate::client::sdk::Way;
use crate::client::wire::WireError;
use crate::clock::Clock;
use crate::queue::error::QueueError;
use crate::queue::store::error::StoreError;
use crate::queue::store::table::TableNameError;
use crate::scenario::{Endpoints, Plan, Target};
use crate::sink::Sink;
use crate::transport::http::Http;
use crate::transport::network::{self, Served};

/// The address that requests are signed for when no socket is opened.
const NOWHERE: &str = "http://bedrock.in-memory";

/// Why an accepted plan could not be put together. Each of these is ruled out by the plan's own
/// checks, so none of them is the user's fault.
#[derive(Debug, thiserror::Error)]
pub enum AssemblyError {
    /// A model that makes no model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Parts that make no cloud.
    #[error(transparent)]
    Cloud(#[from] SpecError),
    /// Faults that make no script.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// Two percentiles that make no spread.
    #[error(transparent)]
    Spread(#[from] SpreadError),
    /// A share outside 0 to 1.
    #[error(transparent)]
    Share(#[from] ShareError),
    /// A window that ends before it begins.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// An account that is none.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Figures that make no quota.
    #[error(transparent)]
    Quota(#[from] QuotaError),
    /// An error that HTTP cannot carry.
    #[error(transparent)]
    Error(#[from] ErrorAnswerError),
    /// An event that is too long for its frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A factor that slows nothing.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// A text that is no regular expression.
    #[error(transparent)]
    Prompt(#[from] PromptMatchError),
    /// A name that the plan does not define.
    #[error("the plan has no {kind} `{name}`")]
    Unknown {
        /// What kind of thing.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// A wire client that could not be made.
    #[error("cannot make the wire client: {0}")]
    Wire(#[from] WireError),
    /// A queue that could not be made.
    #[error("cannot make the queue: {0}")]
    Queue(#[from] QueueError),
    /// A job store that could not be made.
    #[error("cannot make the job store: {0}")]
    Store(#[from] StoreError),
    /// A name that no table can have.
    #[error(transparent)]
    Table(#[from] TableNameError),
    /// No loopback socket for the cloud.
    #[error("cannot serve the mock on loopback: {0}")]
    Loopback(#[from] std::io::Error),
}

/// The way to a plan's target, open for as long as this lives.
#[derive(Debug)]
pub struct Door {
    /// To models.
    way: Way,
    /// To queues.
    queues: Way,
    /// To job stores.
    tables: Way,
    served: Option<Served>,
}

impl Door {
    /// Opens the way. `aws` is the configuration for AWS, resolved before.
    pub async fn open(
        plan: &Plan,
        clock: Clock,
        sink: &Sink,
        aws: Option<SdkConfig>,
    ) -> Result<Self, AssemblyError> {
        let epoch = Epoch { instant: clock.epoch(), wall: clock.wall_epoch() };
        match plan.target() {
            Target::Mock { .. } => {
                let cloud = Cloud::new(cloud_spec(plan)?, epoch, sink.clone());
                Door::to_cloud(cloud, clock.kind()).await
            }
            Target::Endpoint(at) => {
                let http = front::before(front::front(plan, epoch)?.as_ref(), network::plain_http());
                Ok(Door::over_http(http, at))
            }
            Target::Aws { .. } => match aws {
                Some(config) => {
                    let way = front::before_aws(front::front(plan, epoch)?.as_ref(), config);
                    Ok(Door { queues: way.clone(), tables: way.clone(), way, served: None })
                }
                None => Err(AssemblyError::Unknown { kind: "configuration for", name: "aws".to_owned() }),
            },
        }
    }

    /// The way to a target that is not ours, without the faults of the plan: what is made for a run must not fail by
    /// what is only meant for its traffic. None for a target that is ours.
    fn unbroken(plan: &Plan, aws: Option<&SdkConfig>) -> Option<Self> {
        match (plan.target(), aws) {
            (Target::Endpoint(at), _) => Some(Door::over_http(network::plain_http(), at)),
            (Target::Aws { .. }, Some(config)) => {
                let way = front::before_aws(None, config.clone());
                Some(Door { queues: way.clone(), tables: way.clone(), way, served: None })
            }
            (Target::Aws { .. }, None) | (Target::Mock { .. }, _) => None,
        }
    }

    async fn to_cloud(cloud: Arc<Cloud>, clock: ClockKind) -> Result<Self, AssemblyError> {
        match clock {
            ClockKind::Virtual => Ok(Door::over_http(Http::memory(cloud), &Endpoints::one(NOWHERE.into()))),
            ClockKind::Real => {
                let served = network::serve(cloud).await?;
                let door = Door::over_http(network::plain_http(), &Endpoints::one(served.url().into()));
                Ok(Door { served: Some(served), ..door })
            }
        }
    }

    fn over_http(http: Http, at: &Endpoints) -> Self {
        let way = |endpoint: &Name| Way::Mock { http: http.clone(), endpoint: endpoint.to_string() };
        Door { way: way(&at.bedrock), queues: way(&at.sqs), tables: way(&at.dynamodb), served: None }
    }

    /// The way to models.
    pub fn way(&self) -> &Way {
        &self.way
    }

    /// The way to queues.
    pub fn queues(&self) -> &Way {
        &self.queues
    }

    /// The way to job stores.
    pub fn tables(&self) -> &Way {
        &self.tables
    }

    /// Closes what was opened, once the last exchange has been noted.
    pub async fn close(self) {
        if let Some(served) = self.served {
            served.stop().await;
        }
    }
}
