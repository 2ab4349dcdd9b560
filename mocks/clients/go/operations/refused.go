package main

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"
)

// refused sends what Bedrock does not take: a typed error each, which the SDK does not try again.
func refused(ctx context.Context, c *checks, client *bedrockruntime.Client) {
	_, err := client.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: aws.String(model), Messages: []types.Message{}})
	typed[*types.ValidationException](c, "refused.no_messages", err, 400)

	_, err = client.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{ModelId: aws.String(model), Messages: []types.Message{}})
	typed[*types.ValidationException](c, "refused.stream_no_messages", err, 400)

	_, err = client.InvokeModel(ctx, &bedrockruntime.InvokeModelInput{ModelId: aws.String(model), Body: []byte("{not json"), ContentType: aws.String("application/json")})
	typed[*types.ValidationException](c, "refused.not_json", err, 400)

	_, err = client.InvokeModelWithResponseStream(ctx, &bedrockruntime.InvokeModelWithResponseStreamInput{ModelId: aws.String(model), Body: []byte("{not json"), ContentType: aws.String("application/json")})
	typed[*types.ValidationException](c, "refused.stream_not_json", err, 400)

	_, err = client.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: aws.String("acme.does-not-exist-v9:0"), Messages: says("Hello.")})
	typed[*types.ValidationException](c, "refused.unknown_model", err, 400)

	unknown := "arn:aws:bedrock:" + well + ":123456789012:async-invoke/zzzzzzzzzzzz"
	_, err = client.GetAsyncInvoke(ctx, &bedrockruntime.GetAsyncInvokeInput{InvocationArn: aws.String(unknown)})
	typed[*types.ValidationException](c, "refused.unknown_invocation", err, 400)
}

// typed checks an error's class, status, text, request id, and that it was given once.
func typed[T interface {
	error
	smithy.APIError
}](c *checks, name string, err error, status int) {
	var class T
	if !c.that(name+".class", errors.As(err, &class), err) {
		return
	}
	var response *awshttp.ResponseError
	c.that(name+".status", errors.As(err, &response) && response.HTTPStatusCode() == status, err)
	c.that(name+".message", class.ErrorMessage() != "", err)
	c.that(name+".request_id", response != nil && response.ServiceRequestID() != "", err)
	var spent *retry.MaxAttemptsError
	c.that(name+".once", !errors.As(err, &spent), err)
}
