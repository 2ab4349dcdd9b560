package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go/middleware"
)

// One call of an operation: what the SDK says about it, and the error.
type call struct {
	name string
	make func(context.Context, *bedrockruntime.Client) (middleware.Metadata, error)
}

var calls = []call{
	{"converse", func(ctx context.Context, client *bedrockruntime.Client) (middleware.Metadata, error) {
		out, err := client.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: aws.String(model), Messages: says("Hello.")})
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	}},
	{"converse_stream", func(ctx context.Context, client *bedrockruntime.Client) (middleware.Metadata, error) {
		out, err := client.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{ModelId: aws.String(model), Messages: says("Hello.")})
		if err != nil {
			return middleware.Metadata{}, err
		}
		stream := out.GetStream()
		defer stream.Close()
		for range stream.Events() {
		}
		return out.ResultMetadata, stream.Err()
	}},
	{"invoke", func(ctx context.Context, client *bedrockruntime.Client) (middleware.Metadata, error) {
		out, err := client.InvokeModel(ctx, &bedrockruntime.InvokeModelInput{ModelId: aws.String(model), Body: []byte(anthropic), ContentType: aws.String("application/json")})
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	}},
	{"invoke_stream", func(ctx context.Context, client *bedrockruntime.Client) (middleware.Metadata, error) {
		out, err := client.InvokeModelWithResponseStream(ctx, &bedrockruntime.InvokeModelWithResponseStreamInput{
			ModelId: aws.String(model), Body: []byte(anthropic), ContentType: aws.String("application/json"),
		})
		if err != nil {
			return middleware.Metadata{}, err
		}
		stream := out.GetStream()
		defer stream.Close()
		for range stream.Events() {
		}
		return out.ResultMetadata, stream.Err()
	}},
	{"count_tokens", func(ctx context.Context, client *bedrockruntime.Client) (middleware.Metadata, error) {
		out, err := client.CountTokens(ctx, &bedrockruntime.CountTokensInput{
			ModelId: aws.String(model),
			Input:   &types.CountTokensInputMemberConverse{Value: types.ConverseTokensRequest{Messages: says("Hello.")}},
		})
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	}},
	{"start_async_invoke", func(ctx context.Context, client *bedrockruntime.Client) (middleware.Metadata, error) {
		out, err := client.StartAsyncInvoke(ctx, video("go-"+strconv.FormatInt(time.Now().UnixNano(), 36)))
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	}},
	{"get_async_invoke", func(ctx context.Context, client *bedrockruntime.Client) (middleware.Metadata, error) {
		started, err := client.StartAsyncInvoke(ctx, video("go-"+strconv.FormatInt(time.Now().UnixNano(), 36)))
		if err != nil {
			started = &bedrockruntime.StartAsyncInvokeOutput{InvocationArn: aws.String("arn:aws:bedrock:eu-west-1:123456789012:async-invoke/abcdefghijkl")}
		}
		out, err := client.GetAsyncInvoke(ctx, &bedrockruntime.GetAsyncInvokeInput{InvocationArn: started.InvocationArn})
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	}},
	{"list_async_invokes", func(ctx context.Context, client *bedrockruntime.Client) (middleware.Metadata, error) {
		out, err := client.ListAsyncInvokes(ctx, &bedrockruntime.ListAsyncInvokesInput{})
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	}},
	{"apply_guardrail", func(ctx context.Context, client *bedrockruntime.Client) (middleware.Metadata, error) {
		out, err := client.ApplyGuardrail(ctx, ask())
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	}},
}

type outcome struct {
	metadata middleware.Metadata
	err      error
}

// throttled makes every call where the first two attempts are throttled, and where all are: with its default
// settings the SDK gets through the one with its third attempt, and gives up on the other after as many.
func throttled(ctx context.Context, c *checks, atFirst, always *bedrockruntime.Client) {
	const attempts = 3
	for i, outcome := range all(ctx, atFirst) {
		name := "throttled_at_first." + calls[i].name
		if c.that(name+".answered", outcome.err == nil, outcome.err) {
			results, _ := retry.GetAttemptResults(outcome.metadata)
			c.that(name+".attempts", len(results.Results) == attempts, len(results.Results))
		}
	}
	for i, outcome := range all(ctx, always) {
		name, err := "throttled."+calls[i].name, outcome.err
		var class *types.ThrottlingException
		if c.that(name+".class", errors.As(err, &class), err) {
			var response *awshttp.ResponseError
			var spent *retry.MaxAttemptsError
			c.that(name+".status", errors.As(err, &response) && response.HTTPStatusCode() == 429, err)
			c.that(name+".message", class.ErrorMessage() != "", err)
			c.that(name+".request_id", response != nil && response.ServiceRequestID() != "", err)
			c.that(name+".attempts", errors.As(err, &spent) && spent.Attempt == attempts, fmt.Sprint(err))
		}
	}
}

// all makes all calls at once, since most of their time is backoff.
func all(ctx context.Context, client *bedrockruntime.Client) []outcome {
	outcomes := make([]outcome, len(calls))
	var group sync.WaitGroup
	for i, call := range calls {
		group.Go(func() {
			metadata, err := call.make(ctx, client)
			outcomes[i] = outcome{metadata, err}
		})
	}
	group.Wait()
	return outcomes
}
