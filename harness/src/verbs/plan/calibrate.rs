//! `plan --calibrate`: models fitted to what a run measured, as a fragment of a scenario.

use std::path::Path;

use bedload_reports::calibration::FEWEST_ANSWERS;

use crate::cli::OutputFormat;
use crate::exit::{Exit, Status};
use crate::scenario;
use crate::terminal::Terminal;
use crate::verbs::VerbError;
use crate::verbs::run_folder::RunFolder;

pub(super) fn calibrate(
    run: &Path,
    format: Option<OutputFormat>,
    terminal: &Terminal,
) -> Result<Exit, VerbError> {
    let (header, models) = RunFolder::open(run)?.calibrate()?;
    match format {
        Some(OutputFormat::Json) => {
            let json = serde_json::to_string(&models).map_err(|error| VerbError::Stdout(error.into()))?;
            terminal.print(&format!("{json}\n"))?;
        }
        Some(OutputFormat::Human | OutputFormat::Github) | None => {
            terminal.print(&scenario::calibrated(&header, &models))?
        }
    }
    let fits = models.iter().filter_map(|model| model.fit.as_ref());
    Ok(match fits.map(|fit| fit.latency.worst()).reduce(f64::max) {
        Some(worst) => Exit::new(
            Status::Pass,
            format!("fitted; latencies are within {:.1} % of the measured", worst * 100.0),
        ),
        None => Exit::new(
            Status::Invalid,
            format!("no model gave the {FEWEST_ANSWERS} undisturbed answers that a fit needs"),
        ),
    })
}
