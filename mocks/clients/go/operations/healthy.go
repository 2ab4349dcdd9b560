package main

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const anthropic = `{"anthropic_version":"bedrock-2023-05-31","max_tokens":64,"messages":[{"role":"user","content":"Say hello."}]}`

func says(text string) []types.Message {
	return []types.Message{{
		Role:    types.ConversationRoleUser,
		Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: text}},
	}}
}

// healthy goes over all operations where nothing is wrong.
func healthy(ctx context.Context, c *checks, client *bedrockruntime.Client) {
	converse(ctx, c, client)
	modelIDs(ctx, c, client)
	tools(ctx, c, client)
	converseStream(ctx, c, client)
	invoke(ctx, c, client)
	invokeStream(ctx, c, client)
	countTokens(ctx, c, client)
	asyncInvokes(ctx, c, client)
	guardrail(ctx, c, client)
}

func requestID(metadata middleware.Metadata) string {
	id, _ := awsmiddleware.GetRequestIDMetadata(metadata)
	return id
}

func header(metadata middleware.Metadata) http.Header {
	if response, ok := awsmiddleware.GetRawResponse(metadata).(*smithyhttp.Response); ok {
		return response.Header
	}
	return http.Header{}
}

func textOf(output types.ConverseOutput) (role types.ConversationRole, text string) {
	message, ok := output.(*types.ConverseOutputMemberMessage)
	if !ok {
		return "", ""
	}
	for _, block := range message.Value.Content {
		if part, ok := block.(*types.ContentBlockMemberText); ok {
			text += part.Value
		}
	}
	return message.Value.Role, text
}

func adds(usage *types.TokenUsage) bool {
	return usage != nil && aws.ToInt32(usage.InputTokens) > 0 && aws.ToInt32(usage.OutputTokens) > 0 &&
		aws.ToInt32(usage.TotalTokens) == aws.ToInt32(usage.InputTokens)+aws.ToInt32(usage.OutputTokens)
}

func converse(ctx context.Context, c *checks, client *bedrockruntime.Client) {
	out, err := client.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: aws.String(model), Messages: says("Say hello.")})
	if c.that("converse.answered", err == nil, err) {
		role, text := textOf(out.Output)
		c.that("converse.text", role == types.ConversationRoleAssistant && text != "", out.Output)
		c.that("converse.stop_reason", slices.Contains(out.StopReason.Values(), out.StopReason), out.StopReason)
		c.that("converse.usage", adds(out.Usage), out.Usage)
		c.that("converse.latency", out.Metrics != nil && out.Metrics.LatencyMs != nil, out.Metrics)
		c.that("converse.request_id", requestID(out.ResultMetadata) != "")
	}
	out, err = client.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId:         aws.String(model),
		Messages:        says("Say hello."),
		System:          []types.SystemContentBlock{&types.SystemContentBlockMemberText{Value: "You are terse."}},
		InferenceConfig: &types.InferenceConfiguration{MaxTokens: aws.Int32(5), Temperature: aws.Float32(0.5)},
	})
	if c.that("converse.max_tokens.answered", err == nil, err) {
		c.that("converse.max_tokens.stop_reason", out.StopReason == types.StopReasonMaxTokens, out.StopReason)
		c.that("converse.max_tokens.output", aws.ToInt32(out.Usage.OutputTokens) == 5, aws.ToInt32(out.Usage.OutputTokens))
	}
}

func modelIDs(ctx context.Context, c *checks, client *bedrockruntime.Client) {
	for name, id := range map[string]string{
		"profile":     "us." + model,
		"model_arn":   "arn:aws:bedrock:" + well + "::foundation-model/" + model,
		"profile_arn": "arn:aws:bedrock:" + well + ":123456789012:inference-profile/us." + model,
	} {
		_, err := client.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: aws.String(id), Messages: says("Hello.")})
		c.that("model_id."+name, err == nil, err)
	}
}

func tools(ctx context.Context, c *checks, client *bedrockruntime.Client) {
	schema := document.NewLazyDocument(map[string]any{
		"type":       "object",
		"properties": map[string]any{"city": map[string]any{"type": "string"}},
		"required":   []string{"city"},
	})
	out, err := client.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId:  aws.String(model),
		Messages: says("What is the weather in Paris?"),
		ToolConfig: &types.ToolConfiguration{
			Tools: []types.Tool{&types.ToolMemberToolSpec{Value: types.ToolSpecification{
				Name:        aws.String("get_weather"),
				InputSchema: &types.ToolInputSchemaMemberJson{Value: schema},
			}}},
			ToolChoice: &types.ToolChoiceMemberAny{},
		},
	})
	if !c.that("tools.answered", err == nil, err) {
		return
	}
	message, ok := out.Output.(*types.ConverseOutputMemberMessage)
	if !c.that("tools.message", ok && len(message.Value.Content) > 0, out.Output) {
		return
	}
	use, ok := message.Value.Content[len(message.Value.Content)-1].(*types.ContentBlockMemberToolUse)
	c.that("tools.stop_reason", out.StopReason == types.StopReasonToolUse, out.StopReason)
	if !c.that("tools.use", ok && aws.ToString(use.Value.Name) == "get_weather" && aws.ToString(use.Value.ToolUseId) != "", message.Value) {
		return
	}
	var input struct{ City *string }
	err = use.Value.Input.UnmarshalSmithyDocument(&input)
	c.that("tools.input", err == nil && input.City != nil, err, input)
}

func converseStream(ctx context.Context, c *checks, client *bedrockruntime.Client) {
	out, err := client.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{ModelId: aws.String(model), Messages: says("Say hello.")})
	if !c.that("converse_stream.answered", err == nil, err) {
		return
	}
	stream := out.GetStream()
	defer stream.Close()
	var order []string
	var text string
	var stop types.StopReason
	var metadata types.ConverseStreamMetadataEvent
	for event := range stream.Events() {
		switch event := event.(type) {
		case *types.ConverseStreamOutputMemberMessageStart:
			order = append(order, "messageStart")
		case *types.ConverseStreamOutputMemberContentBlockStart:
			order = append(order, "contentBlockStart")
		case *types.ConverseStreamOutputMemberContentBlockDelta:
			order = append(order, "contentBlockDelta")
			if delta, ok := event.Value.Delta.(*types.ContentBlockDeltaMemberText); ok {
				text += delta.Value
			}
		case *types.ConverseStreamOutputMemberContentBlockStop:
			order = append(order, "contentBlockStop")
		case *types.ConverseStreamOutputMemberMessageStop:
			order = append(order, "messageStop")
			stop = event.Value.StopReason
		case *types.ConverseStreamOutputMemberMetadata:
			order = append(order, "metadata")
			metadata = event.Value
		default:
			order = append(order, "unknown")
		}
	}
	c.that("converse_stream.no_error", stream.Err() == nil, stream.Err())
	tail := order[max(0, len(order)-3):]
	c.that("converse_stream.order", len(order) > 4 && order[0] == "messageStart" && slices.Contains(order, "contentBlockDelta") &&
		slices.Equal(tail, []string{"contentBlockStop", "messageStop", "metadata"}) && !slices.Contains(order, "unknown"), order)
	c.that("converse_stream.text", text != "")
	c.that("converse_stream.stop_reason", slices.Contains(stop.Values(), stop), stop)
	c.that("converse_stream.usage", adds(metadata.Usage), metadata.Usage)
	c.that("converse_stream.latency", metadata.Metrics != nil && metadata.Metrics.LatencyMs != nil, metadata.Metrics)
	c.that("converse_stream.request_id", requestID(out.ResultMetadata) != "")
}

func invoke(ctx context.Context, c *checks, client *bedrockruntime.Client) {
	out, err := client.InvokeModel(ctx, &bedrockruntime.InvokeModelInput{
		ModelId: aws.String(model), Body: []byte(anthropic), ContentType: aws.String("application/json"), Accept: aws.String("application/json"),
	})
	if !c.that("invoke.answered", err == nil, err) {
		return
	}
	var body struct {
		Type, Role string
		StopReason string `json:"stop_reason"`
		Content    []struct{ Type, Text string }
		Usage      struct {
			Input  int `json:"input_tokens"`
			Output int `json:"output_tokens"`
		}
	}
	err = json.Unmarshal(out.Body, &body)
	c.that("invoke.body", err == nil && body.Type == "message" && body.Role == "assistant" && len(body.Content) > 0 && body.Content[0].Text != "", err, string(out.Body))
	c.that("invoke.stop_reason", body.StopReason != "", body)
	c.that("invoke.usage", body.Usage.Input > 0 && body.Usage.Output > 0, body)
	c.that("invoke.content_type", strings.HasPrefix(aws.ToString(out.ContentType), "application/json"), aws.ToString(out.ContentType))
	head := header(out.ResultMetadata)
	c.that("invoke.token_headers", head.Get("X-Amzn-Bedrock-Input-Token-Count") == strconv.Itoa(body.Usage.Input) &&
		head.Get("X-Amzn-Bedrock-Output-Token-Count") == strconv.Itoa(body.Usage.Output), head)
	c.that("invoke.request_id", requestID(out.ResultMetadata) != "")
}

func invokeStream(ctx context.Context, c *checks, client *bedrockruntime.Client) {
	out, err := client.InvokeModelWithResponseStream(ctx, &bedrockruntime.InvokeModelWithResponseStreamInput{
		ModelId: aws.String(model), Body: []byte(anthropic), ContentType: aws.String("application/json"),
	})
	if !c.that("invoke_stream.answered", err == nil, err) {
		return
	}
	stream := out.GetStream()
	defer stream.Close()
	type chunk struct {
		Type    string
		Delta   struct{ Text string }
		Metrics *struct {
			InputTokenCount, OutputTokenCount, InvocationLatency, FirstByteLatency *int
		} `json:"amazon-bedrock-invocationMetrics"`
	}
	var order []string
	var text string
	var last chunk
	for event := range stream.Events() {
		part, ok := event.(*types.ResponseStreamMemberChunk)
		if !ok {
			order = append(order, "unknown")
			continue
		}
		last = chunk{}
		if err := json.Unmarshal(part.Value.Bytes, &last); err != nil {
			last.Type = err.Error()
		}
		order = append(order, last.Type)
		text += last.Delta.Text
	}
	c.that("invoke_stream.no_error", stream.Err() == nil, stream.Err())
	tail := order[max(0, len(order)-3):]
	c.that("invoke_stream.order", len(order) > 5 && slices.Equal(order[:2], []string{"message_start", "content_block_start"}) &&
		slices.Equal(tail, []string{"content_block_stop", "message_delta", "message_stop"}), order)
	c.that("invoke_stream.text", text != "")
	metrics := last.Metrics
	c.that("invoke_stream.metrics", metrics != nil && metrics.InputTokenCount != nil && metrics.OutputTokenCount != nil &&
		metrics.InvocationLatency != nil && metrics.FirstByteLatency != nil, last)
	c.that("invoke_stream.request_id", requestID(out.ResultMetadata) != "")
}

func countTokens(ctx context.Context, c *checks, client *bedrockruntime.Client) {
	out, err := client.CountTokens(ctx, &bedrockruntime.CountTokensInput{
		ModelId: aws.String(model),
		Input:   &types.CountTokensInputMemberConverse{Value: types.ConverseTokensRequest{Messages: says("Say hello.")}},
	})
	if c.that("count_tokens.converse.answered", err == nil, err) {
		counted := aws.ToInt32(out.InputTokens)
		same, err := client.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: aws.String(model), Messages: says("Say hello.")})
		c.that("count_tokens.as_converse", err == nil && counted > 0 && counted == aws.ToInt32(same.Usage.InputTokens), counted, err)
		c.that("count_tokens.request_id", requestID(out.ResultMetadata) != "")
	}
	out, err = client.CountTokens(ctx, &bedrockruntime.CountTokensInput{
		ModelId: aws.String(model),
		Input:   &types.CountTokensInputMemberInvokeModel{Value: types.InvokeModelTokensRequest{Body: []byte(anthropic)}},
	})
	c.that("count_tokens.invoke", err == nil && aws.ToInt32(out.InputTokens) > 0, err)
}

func video(token string) *bedrockruntime.StartAsyncInvokeInput {
	return &bedrockruntime.StartAsyncInvokeInput{
		ModelId:            aws.String(asyncModel),
		ClientRequestToken: aws.String(token),
		ModelInput: document.NewLazyDocument(map[string]any{
			"taskType":          "TEXT_VIDEO",
			"textToVideoParams": map[string]any{"text": "A river in flood."},
		}),
		OutputDataConfig: &types.AsyncInvokeOutputDataConfigMemberS3OutputDataConfig{
			Value: types.AsyncInvokeS3OutputDataConfig{S3Uri: aws.String("s3://bucket/out")},
		},
	}
}

func asyncInvokes(ctx context.Context, c *checks, client *bedrockruntime.Client) {
	token := "go-" + strconv.FormatInt(time.Now().UnixNano(), 36)
	started, err := client.StartAsyncInvoke(ctx, video(token))
	if !c.that("start_async_invoke.answered", err == nil, err) {
		return
	}
	arn := started.InvocationArn
	c.that("start_async_invoke.arn", strings.Contains(aws.ToString(arn), ":async-invoke/"), aws.ToString(arn))
	c.that("start_async_invoke.request_id", requestID(started.ResultMetadata) != "")
	again, err := client.StartAsyncInvoke(ctx, video(token))
	c.that("start_async_invoke.idempotent", err == nil && aws.ToString(again.InvocationArn) == aws.ToString(arn), err)

	job, err := client.GetAsyncInvoke(ctx, &bedrockruntime.GetAsyncInvokeInput{InvocationArn: arn})
	for end := time.Now().Add(20 * time.Second); err == nil && job.Status == types.AsyncInvokeStatusInProgress && time.Now().Before(end); {
		time.Sleep(200 * time.Millisecond)
		job, err = client.GetAsyncInvoke(ctx, &bedrockruntime.GetAsyncInvokeInput{InvocationArn: arn})
	}
	if c.that("get_async_invoke.answered", err == nil, err) {
		c.that("get_async_invoke.completed", job.Status == types.AsyncInvokeStatusCompleted && job.EndTime != nil, job.Status, job.EndTime)
		c.that("get_async_invoke.job", aws.ToString(job.InvocationArn) == aws.ToString(arn) && job.SubmitTime != nil && strings.Contains(aws.ToString(job.ModelArn), asyncModel), job)
		c.that("get_async_invoke.request_id", requestID(job.ResultMetadata) != "")
	}
	list, err := client.ListAsyncInvokes(ctx, &bedrockruntime.ListAsyncInvokesInput{StatusEquals: types.AsyncInvokeStatusCompleted})
	if c.that("list_async_invokes.answered", err == nil, err) {
		c.that("list_async_invokes.has_it", slices.ContainsFunc(list.AsyncInvokeSummaries, func(summary types.AsyncInvokeSummary) bool {
			return aws.ToString(summary.InvocationArn) == aws.ToString(arn)
		}), len(list.AsyncInvokeSummaries))
		c.that("list_async_invokes.request_id", requestID(list.ResultMetadata) != "")
	}
}

func ask() *bedrockruntime.ApplyGuardrailInput {
	return &bedrockruntime.ApplyGuardrailInput{
		GuardrailIdentifier: aws.String("abcd1234efgh"),
		GuardrailVersion:    aws.String("1"),
		Source:              types.GuardrailContentSourceInput,
		Content: []types.GuardrailContentBlock{&types.GuardrailContentBlockMemberText{
			Value: types.GuardrailTextBlock{Text: aws.String("Say hello.")},
		}},
	}
}

func guardrail(ctx context.Context, c *checks, client *bedrockruntime.Client) {
	out, err := client.ApplyGuardrail(ctx, ask())
	if !c.that("apply_guardrail.answered", err == nil, err) {
		return
	}
	c.that("apply_guardrail.action", slices.Contains(out.Action.Values(), out.Action), out.Action)
	c.that("apply_guardrail.usage", out.Usage != nil && out.Usage.ContentPolicyUnits != nil, out.Usage)
	c.that("apply_guardrail.request_id", requestID(out.ResultMetadata) != "")
}
