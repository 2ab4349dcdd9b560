//! The GenAI client metrics as OTLP's: histograms with the boundaries of the conventions, and exponential ones beside them.

use bedload_reports::trace::convention::SCHEMA_URL;
use bedload_reports::trace::metrics::{Measure, Metrics, Series};
use bedload_reports::units::Nanos;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, ExponentialHistogram, ExponentialHistogramDataPoint, Histogram,
    HistogramDataPoint, Metric, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::encode::{scope, text};

/// From when to when the values are, since 1970.
#[derive(Clone, Copy, Debug)]
pub(in crate::export) struct Window {
    pub from: Nanos,
    pub to: Nanos,
}

/// A request with all metrics of a run. They are cumulative from its start to its end, so that a second request says the same
/// again and adds nothing.
pub(super) fn request(resource: &Resource, metrics: &Metrics, window: Window) -> ExportMetricsServiceRequest {
    let metrics = Measure::ALL.iter().flat_map(|measure| both(*measure, metrics, window)).collect();
    let schema_url = SCHEMA_URL.to_owned();
    let scope_metrics = vec![ScopeMetrics { scope: Some(scope()), metrics, schema_url: schema_url.clone() }];
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(resource.clone()),
            scope_metrics,
            schema_url,
        }],
    }
}

/// The data points in a request.
pub(super) fn points(metrics: &Metrics) -> u64 {
    2 * Measure::ALL.iter().map(|measure| metrics.of(*measure).count() as u64).sum::<u64>()
}

fn both(measure: Measure, metrics: &Metrics, window: Window) -> [Metric; 2] {
    let temporality = AggregationTemporality::Cumulative.into();
    let points = metrics.of(measure).map(|(labels, series)| point(measure, labels, series, window));
    let fine = metrics.of(measure).map(|(labels, series)| fine(labels, series, window));
    let metric = |name: &str, data| Metric {
        name: name.to_owned(),
        unit: measure.unit().to_owned(),
        data: Some(data),
        ..Metric::default()
    };
    let histogram = Histogram { data_points: points.collect(), aggregation_temporality: temporality };
    let exponential =
        ExponentialHistogram { data_points: fine.collect(), aggregation_temporality: temporality };
    [
        metric(measure.name(), Data::Histogram(histogram)),
        metric(measure.fine_name(), Data::ExponentialHistogram(exponential)),
    ]
}

fn point(
    measure: Measure,
    labels: &[(&'static str, String)],
    series: &Series,
    window: Window,
) -> HistogramDataPoint {
    HistogramDataPoint {
        attributes: attributes(labels),
        start_time_unix_nano: window.from.get(),
        time_unix_nano: window.to.get(),
        count: series.count,
        sum: Some(series.sum),
        bucket_counts: series.buckets.clone(),
        explicit_bounds: measure.boundaries().to_vec(),
        min: Some(series.min),
        max: Some(series.max),
        ..HistogramDataPoint::default()
    }
}

fn fine(labels: &[(&'static str, String)], series: &Series, window: Window) -> ExponentialHistogramDataPoint {
    ExponentialHistogramDataPoint {
        attributes: attributes(labels),
        start_time_unix_nano: window.from.get(),
        time_unix_nano: window.to.get(),
        count: series.count,
        sum: Some(series.sum),
        scale: Metrics::SCALE,
        zero_count: series.zero,
        positive: Some(buckets(series)),
        min: Some(series.min),
        max: Some(series.max),
        ..ExponentialHistogramDataPoint::default()
    }
}

/// All buckets from the lowest that holds anything to the highest.
fn buckets(series: &Series) -> Buckets {
    let ends = series.exponential.first_key_value().zip(series.exponential.last_key_value());
    let Some(((first, _), (last, _))) = ends else { return Buckets::default() };
    let count = |index| series.exponential.get(&index).copied().unwrap_or(0);
    Buckets { offset: *first, bucket_counts: (*first..=*last).map(count).collect() }
}

fn attributes(labels: &[(&'static str, String)]) -> Vec<KeyValue> {
    labels.iter().map(|(key, value)| text(key, value)).collect()
}
