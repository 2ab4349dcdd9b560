// probe makes one call with the AWS SDK for Go v2 and prints as a line of JSON what the SDK reported.
//
//	usage: probe URL converse|converse-stream|invoke|invoke-stream
//
// Retries are the SDK's default. The read timeout is four seconds between two reads of a connection; by default the
// SDK has none for Bedrock Runtime (internal/timeouts of aws-sdk-go-v2).
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"bedload/clients/endpoint"
)

const (
	readTimeout = 4 * time.Second
	model       = "anthropic.claude-3-haiku-20240307-v1:0"
	anthropic   = `{"anthropic_version":"bedrock-2023-05-31","max_tokens":64,"messages":[{"role":"user","content":"Say hello."}]}`
)

// What the SDK reported.
type report struct {
	SDK       string `json:"sdk"`
	OK        bool   `json:"ok"`
	Class     string `json:"class,omitempty"`
	Code      string `json:"code,omitempty"`
	Status    int    `json:"status,omitempty"`
	Message   string `json:"message,omitempty"`
	Attempts  int    `json:"attempts"`
	Events    int    `json:"events"`
	Text      string `json:"text"`
	Stop      bool   `json:"stop"`
	Metadata  bool   `json:"metadata"`
	Tier      string `json:"tier,omitempty"`
	Latency   string `json:"latency,omitempty"`
	ElapsedMs int64  `json:"elapsed_ms"`
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: probe URL converse|converse-stream|invoke|invoke-stream")
		os.Exit(2)
	}
	report := report{SDK: version()}
	options := endpoint.Options(os.Args[1], "us-east-1", awshttp.NewBuildableClient().WithReadTimeout(readTimeout))
	options.APIOptions = append(options.APIOptions, report.countAttempts)
	client, begin := bedrockruntime.New(options), time.Now()
	report.end(report.call(client, os.Args[2]))
	report.ElapsedMs = time.Since(begin).Milliseconds()
	line, err := json.Marshal(report)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(string(line))
}

func (r *report) call(client *bedrockruntime.Client, operation string) error {
	ctx := context.Background()
	messages := []types.Message{{
		Role:    types.ConversationRoleUser,
		Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: "Say hello."}},
	}}
	switch operation {
	case "converse":
		out, err := client.Converse(ctx, &bedrockruntime.ConverseInput{
			ModelId:           aws.String(model),
			Messages:          messages,
			ServiceTier:       &types.ServiceTier{Type: types.ServiceTierTypePriority},
			PerformanceConfig: &types.PerformanceConfiguration{Latency: types.PerformanceConfigLatencyOptimized},
		})
		if err != nil {
			return err
		}
		r.Stop, r.Metadata = out.StopReason != "", out.Usage != nil
		if out.ServiceTier != nil {
			r.Tier = string(out.ServiceTier.Type)
		}
		if out.PerformanceConfig != nil {
			r.Latency = string(out.PerformanceConfig.Latency)
		}
		return nil
	case "invoke":
		out, err := client.InvokeModel(ctx, &bedrockruntime.InvokeModelInput{ModelId: aws.String(model), Body: []byte(anthropic), ContentType: aws.String("application/json")})
		if err != nil {
			return err
		}
		r.Stop, r.Metadata = bytes.Contains(out.Body, []byte(`"stop_reason"`)), bytes.Contains(out.Body, []byte(`"usage"`))
		return nil
	case "converse-stream":
		out, err := client.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{ModelId: aws.String(model), Messages: messages})
		if err != nil {
			return err
		}
		stream := out.GetStream()
		defer stream.Close()
		for event := range stream.Events() {
			r.Events++
			switch event := event.(type) {
			case *types.ConverseStreamOutputMemberContentBlockDelta:
				if delta, ok := event.Value.Delta.(*types.ContentBlockDeltaMemberText); ok {
					r.Text += delta.Value
				}
			case *types.ConverseStreamOutputMemberMessageStop:
				r.Stop = true
			case *types.ConverseStreamOutputMemberMetadata:
				r.Metadata = true
			}
		}
		return stream.Err()
	case "invoke-stream":
		out, err := client.InvokeModelWithResponseStream(ctx, &bedrockruntime.InvokeModelWithResponseStreamInput{
			ModelId: aws.String(model), Body: []byte(anthropic), ContentType: aws.String("application/json"),
		})
		if err != nil {
			return err
		}
		stream := out.GetStream()
		defer stream.Close()
		for event := range stream.Events() {
			r.Events++
			if chunk, ok := event.(*types.ResponseStreamMemberChunk); ok {
				r.Stop = r.Stop || bytes.Contains(chunk.Value.Bytes, []byte(`"message_stop"`))
				r.Metadata = r.Metadata || bytes.Contains(chunk.Value.Bytes, []byte("amazon-bedrock-invocationMetrics"))
			}
		}
		return stream.Err()
	}
	return fmt.Errorf("no operation %q", operation)
}

// countAttempts counts what leaves the retry loop.
func (r *report) countAttempts(stack *middleware.Stack) error {
	count := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		r.Attempts++
		return next.HandleFinalize(ctx, in)
	}
	return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("CountAttempts", count), "Retry", middleware.After)
}

func (r *report) end(err error) {
	r.OK = err == nil
	if err == nil {
		return
	}
	r.Message = err.Error()
	r.Class = class(err)
	var api smithy.APIError
	if errors.As(err, &api) {
		r.Class, r.Code, r.Message = class(api), api.ErrorCode(), api.ErrorMessage()
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		r.Status = response.HTTPStatusCode()
	}
}

// class is the type of the innermost error, which is what an application can tell apart.
func class(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	name := strings.TrimPrefix(reflect.TypeOf(err).String(), "*")
	if number, ok := err.(syscall.Errno); ok {
		name += " (" + number.Error() + ")"
	}
	return name
}

func version() string {
	const module = "github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dependency := range info.Deps {
			if dependency.Path == module {
				return "Go v2, bedrockruntime " + dependency.Version
			}
		}
	}
	return "Go v2"
}
