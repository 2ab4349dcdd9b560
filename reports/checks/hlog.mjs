// Reads `latency.hlog` with HdrHistogram's JavaScript port and holds it against `summary.json`.
//
//     npm install hdr-histogram-js && NODE_PATH=… node hlog.mjs RUN
//
// Counts must be the same; p50, p99 and the largest value must lie within three digits of ours, which are exact at the
// extremes, where a bucket is not.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

// Found beside the working folder and not beside this file, which stays free of packages.
const { decodeFromCompressedBase64 } = createRequire(join(process.cwd(), "here.js"))("hdr-histogram-js");

const run = process.argv[2];
const summary = JSON.parse(readFileSync(join(run, "summary.json"), "utf8"));
const lines = readFileSync(join(run, "latency.hlog"), "utf8").split("\n");
const intervals = lines.filter((line) => line && !line.startsWith("#") && !line.startsWith('"'));

const wrong = [];
let tagged = 0;
let totals = 0;

// The value at the rank that we mean. This port rounds q*n to the nearest rank, ours up to the next.
function atRank(histogram, quantile) {
  const count = histogram.totalCount;
  return histogram.getValueAtPercentile((100 * Math.ceil(quantile * count)) / count);
}

function hold(name, spread, histogram) {
  if (spread.count !== histogram.totalCount) {
    wrong.push(`${name}: ${spread.count} counted here, ${histogram.totalCount} there`);
  }
  for (const [key, value] of [
    ["p50", atRank(histogram, 0.5)],
    ["p99", atRank(histogram, 0.99)],
    ["max", histogram.maxValue],
  ]) {
    if (spread[key] === undefined) continue;
    const micros = Math.floor(spread[key] / 1000);
    if (Math.abs(value - micros) > Math.max(1, micros / 1000)) {
      wrong.push(`${name} ${key}: ${micros} us here, ${value} us there`);
    }
  }
}

const stages = summary.stages.filter((stage) => stage.figures.latency.count > 0);
for (const line of intervals) {
  const tag = line.startsWith("Tag=") ? line.slice(4, line.indexOf(",")) : undefined;
  const histogram = decodeFromCompressedBase64(line.slice(line.lastIndexOf(",") + 1));
  if (tag === undefined) {
    if (histogram.totalCount === 0) continue;
    hold(`total ${totals}`, stages[totals].figures.latency, histogram);
    totals += 1;
    continue;
  }
  const [flow, stage, metric] = tag.split(".");
  const cell = summary.cells.find((cell) => cell.flow === flow && cell.stage === stage);
  hold(tag, cell.figures[metric], histogram);
  tagged += 1;
}

console.log(wrong.join("\n") || `hdr-histogram-js reads ${tagged} tagged intervals and ${totals} totals as we do`);
process.exit(wrong.length > 0 || tagged === 0 ? 1 : 0);
