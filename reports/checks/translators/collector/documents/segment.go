// Package awsxray stands in for the Collector's package of X-Ray's document types, which cannot be had here.
//
// The names of Go are those that the translator's source asks for. The names of JSON, and what is left out when it
// is not set, are those of X-Ray's own description of segment documents, not of the Collector's package.
package awsxray

// A Segment is a segment or an independent subsegment.
type Segment struct {
	Name        *string                   `json:"name,omitempty"`
	ID          *string                   `json:"id,omitempty"`
	TraceID     *string                   `json:"trace_id,omitempty"`
	ParentID    *string                   `json:"parent_id,omitempty"`
	Type        *string                   `json:"type,omitempty"`
	StartTime   *float64                  `json:"start_time,omitempty"`
	EndTime     *float64                  `json:"end_time,omitempty"`
	InProgress  *bool                     `json:"in_progress,omitempty"`
	Error       *bool                     `json:"error,omitempty"`
	Throttle    *bool                     `json:"throttle,omitempty"`
	Fault       *bool                     `json:"fault,omitempty"`
	Cause       *CauseData                `json:"cause,omitempty"`
	Namespace   *string                   `json:"namespace,omitempty"`
	Origin      *string                   `json:"origin,omitempty"`
	User        *string                   `json:"user,omitempty"`
	HTTP        *HTTPData                 `json:"http,omitempty"`
	AWS         *AWSData                  `json:"aws,omitempty"`
	Service     *ServiceData              `json:"service,omitempty"`
	SQL         *SQLData                  `json:"sql,omitempty"`
	Annotations map[string]any            `json:"annotations,omitempty"`
	Metadata    map[string]map[string]any `json:"metadata,omitempty"`
	Links       []SpanLinkData            `json:"links,omitempty"`
}

// A CauseType says which of its two forms a cause has; the translator makes but one.
type CauseType int

// CauseTypeObject is the form with exceptions.
const CauseTypeObject CauseType = iota

// CauseData is what went wrong.
type CauseData struct {
	Type CauseType `json:"-"`
	CauseObject
}

// CauseObject holds exceptions.
type CauseObject struct {
	Exceptions []Exception `json:"exceptions,omitempty"`
}

// An Exception is one of them.
type Exception struct {
	ID      *string      `json:"id,omitempty"`
	Type    *string      `json:"type,omitempty"`
	Message *string      `json:"message,omitempty"`
	Remote  *bool        `json:"remote,omitempty"`
	Cause   *string      `json:"cause,omitempty"`
	Stack   []StackFrame `json:"stack,omitempty"`
}

// A StackFrame is a line of its stack.
type StackFrame struct {
	Path  *string `json:"path,omitempty"`
	Line  *int    `json:"line,omitempty"`
	Label *string `json:"label,omitempty"`
}

// HTTPData is an exchange over HTTP.
type HTTPData struct {
	Request  *RequestData  `json:"request,omitempty"`
	Response *ResponseData `json:"response,omitempty"`
}

// RequestData is its first half.
type RequestData struct {
	Method        *string `json:"method,omitempty"`
	URL           *string `json:"url,omitempty"`
	UserAgent     *string `json:"user_agent,omitempty"`
	ClientIP      *string `json:"client_ip,omitempty"`
	XForwardedFor *bool   `json:"x_forwarded_for,omitempty"`
}

// ResponseData is its second half. The length of the content is a number or a text in the Collector's source.
type ResponseData struct {
	Status        *int64 `json:"status,omitempty"`
	ContentLength any    `json:"content_length,omitempty"`
}

// ServiceData is the application that made a segment.
type ServiceData struct {
	Version *string `json:"version,omitempty"`
}

// SQLData is a query.
type SQLData struct {
	URL              *string `json:"url,omitempty"`
	ConnectionString *string `json:"connection_string,omitempty"`
	DatabaseType     *string `json:"database_type,omitempty"`
	User             *string `json:"user,omitempty"`
	SanitizedQuery   *string `json:"sanitized_query,omitempty"`
}

// SpanLinkData is a link to another span.
type SpanLinkData struct {
	TraceID    *string        `json:"trace_id,omitempty"`
	SpanID     *string        `json:"id,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`
}

// String is nothing where a text is empty.
func String(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
