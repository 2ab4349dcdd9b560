// Command translate makes X-Ray documents of an OTLP request on stdin by way of the Collector's own translator, a line
// each on stdout, as its exporter does with the settings it starts with.
package main

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"os"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/awsxrayexporter/internal/metadata"
	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/awsxrayexporter/internal/translator"
)

// counted gives 1, 2, 3 … where the translator draws ids of exceptions, so that the same spans give the same bytes.
type counted struct{ given uint64 }

func (c *counted) Read(out []byte) (int, error) {
	c.given++
	for place := range out {
		out[len(out)-1-place] = byte(c.given >> (8 * place))
	}
	return len(out), nil
}

func main() {
	rand.Reader = &counted{}
	if err := translate(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func translate(in io.Reader, out io.Writer) error {
	bytes, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	traces, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(bytes)
	if err != nil {
		return err
	}
	lines := bufio.NewWriter(out)
	for _, resource := range traces.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				skip := metadata.ExporterAwsxraySkiptimestampvalidationFeatureGate.IsEnabled()
				documents, err := translator.MakeSegmentDocuments(span, resource.Resource(), nil, false, nil, skip)
				if err != nil {
					return fmt.Errorf("span %s: %w", span.SpanID(), err)
				}
				for _, document := range documents {
					fmt.Fprint(lines, document)
				}
			}
		}
	}
	return lines.Flush()
}
