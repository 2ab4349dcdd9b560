// judged is the AWS SDK for Go v2 as it comes, for the judge: eight callers that ask in a loop for a minute. Where to
// ask stands in the environment, as `bedload mock … -- judged` sets it.
package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"bedload/clients/endpoint"
)

const (
	callers = 8
	length  = 62 * time.Second
	think   = 400 * time.Millisecond
	model   = "anthropic.claude-3-haiku-20240307-v1:0"
)

func main() {
	url := os.Getenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME")
	if url == "" {
		fmt.Fprintln(os.Stderr, "usage: bedload mock … -- judged")
		os.Exit(2)
	}
	client := bedrockruntime.New(endpoint.Options(url, os.Getenv("AWS_REGION"), awshttp.NewBuildableClient()))
	begin := time.Now()
	var all sync.WaitGroup
	for number := range callers {
		all.Add(1)
		go func() {
			defer all.Done()
			for count := 1; time.Since(begin) < length; count++ {
				// What fails is the caller's bad luck.
				_, _ = ask(client, fmt.Sprintf("Caller %d asks for the %dth time.", number, count))
				time.Sleep(think)
			}
		}()
	}
	all.Wait()
}

func ask(client *bedrockruntime.Client, prompt string) (*bedrockruntime.ConverseOutput, error) {
	return client.Converse(context.Background(), &bedrockruntime.ConverseInput{
		ModelId: aws.String(model),
		Messages: []types.Message{{
			Role:    types.ConversationRoleUser,
			Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: prompt}},
		}},
		InferenceConfig: &types.InferenceConfiguration{MaxTokens: aws.Int32(64)},
	})
}
