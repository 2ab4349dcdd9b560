// operations goes over every operation of Bedrock Runtime with the AWS SDK for Go v2 and checks what comes back.
//
//	usage: operations URL
//
// URL is a `bedload mock` that serves mocks/clients/throttled.yaml. A line for each check; exit 1 on any failure.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"

	"bedload/clients/endpoint"
)

// The regions of throttled.yaml.
const (
	well             = "us-east-1"
	throttledAtFirst = "us-west-2"
	throttledAlways  = "eu-west-1"
)

const (
	model      = "anthropic.claude-3-haiku-20240307-v1:0"
	asyncModel = "amazon.nova-reel-v1:0"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: operations URL")
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	url, c := os.Args[1], &checks{}
	healthy(ctx, c, client(url, well))
	refused(ctx, c, client(url, well))
	throttled(ctx, c, client(url, throttledAtFirst), client(url, throttledAlways))
	fmt.Printf("%d passed, %d failed\n", c.passed, c.failed)
	if c.failed > 0 {
		os.Exit(1)
	}
}

// client has the SDK's own defaults in everything but the address.
func client(url, region string) *bedrockruntime.Client {
	return bedrockruntime.New(endpoint.Options(url, region, awshttp.NewBuildableClient()))
}

type checks struct{ passed, failed int }

// that prints one check; detail is for a failure.
func (c *checks) that(name string, ok bool, detail ...any) bool {
	if ok {
		c.passed++
		fmt.Println("PASS", name)
		return true
	}
	c.failed++
	fmt.Printf("FAIL %s  -- %.300s\n", name, fmt.Sprintf("%+v", detail))
	return false
}
