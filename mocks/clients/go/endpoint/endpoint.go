// Package endpoint makes clients of Bedrock Runtime that speak to a mock and have the SDK's own defaults otherwise.
package endpoint

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
)

// Options of a client for url that signs for region and sends through transport.
func Options(url, region string, transport *awshttp.BuildableClient) bedrockruntime.Options {
	return bedrockruntime.Options{
		BaseEndpoint: aws.String(url),
		Region:       region,
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "dummy", ""),
		HTTPClient:   unhurried{transport},
	}
}

// unhurried gets around a race in smithy-go (seen in 1.28.9) that a mock on loopback wins in one of ten streams: the
// SDK closes the request's body as soon as the response's head is there (transport/http/client.go), a closed body's
// WriteTo says io.EOF, and net/http, which may only now be looking for the body's end, takes that for a failed upload
// and closes the connection under the response: "use of closed network connection". A closed body's Read is harmless,
// so WriteTo is hidden. See also aws/aws-sdk-go-v2 issue 2737.
type unhurried struct{ client *awshttp.BuildableClient }

func (u unhurried) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil && request.Body != http.NoBody {
		request.Body = struct{ io.ReadCloser }{request.Body}
	}
	return u.client.Do(request)
}
