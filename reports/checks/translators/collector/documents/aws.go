package awsxray

// AWSData is where a segment was made, or what a subsegment asked of AWS.
type AWSData struct {
	AccountID    *string            `json:"account_id,omitempty"`
	Beanstalk    *BeanstalkMetadata `json:"elastic_beanstalk,omitempty"`
	CWLogs       []LogGroupMetadata `json:"cloudwatch_logs,omitempty"`
	ECS          *ECSMetadata       `json:"ecs,omitempty"`
	EC2          *EC2Metadata       `json:"ec2,omitempty"`
	EKS          *EKSMetadata       `json:"eks,omitempty"`
	XRay         *XRayMetaData      `json:"xray,omitempty"`
	Operation    *string            `json:"operation,omitempty"`
	RemoteRegion *string            `json:"region,omitempty"`
	RequestID    *string            `json:"request_id,omitempty"`
	QueueURL     *string            `json:"queue_url,omitempty"`
	TableName    *string            `json:"table_name,omitempty"`
	TableNames   []string           `json:"table_names,omitempty"`
}

// BeanstalkMetadata is an environment of Elastic Beanstalk.
type BeanstalkMetadata struct {
	Environment  *string `json:"environment_name,omitempty"`
	VersionLabel *string `json:"version_label,omitempty"`
	DeploymentID *int64  `json:"deployment_id,omitempty"`
}

// ECSMetadata is a container of ECS.
type ECSMetadata struct {
	ContainerName    *string `json:"container,omitempty"`
	ContainerID      *string `json:"container_id,omitempty"`
	ContainerArn     *string `json:"container_arn,omitempty"`
	AvailabilityZone *string `json:"availability_zone,omitempty"`
	ClusterArn       *string `json:"cluster_arn,omitempty"`
	TaskArn          *string `json:"task_arn,omitempty"`
	TaskFamily       *string `json:"task_family,omitempty"`
	LaunchType       *string `json:"launch_type,omitempty"`
}

// EC2Metadata is an instance of EC2.
type EC2Metadata struct {
	InstanceID       *string `json:"instance_id,omitempty"`
	AvailabilityZone *string `json:"availability_zone,omitempty"`
	InstanceSize     *string `json:"instance_size,omitempty"`
	AmiID            *string `json:"ami_id,omitempty"`
}

// EKSMetadata is a pod of EKS.
type EKSMetadata struct {
	ClusterName *string `json:"cluster_name,omitempty"`
	Pod         *string `json:"pod,omitempty"`
	ContainerID *string `json:"container_id,omitempty"`
}

// LogGroupMetadata is a group of CloudWatch's logs.
type LogGroupMetadata struct {
	LogGroup *string `json:"log_group,omitempty"`
	Arn      *string `json:"arn,omitempty"`
}

// XRayMetaData is what made the spans.
type XRayMetaData struct {
	SDK                 *string `json:"sdk,omitempty"`
	SDKVersion          *string `json:"sdk_version,omitempty"`
	AutoInstrumentation *bool   `json:"auto_instrumentation,omitempty"`
}

// The attributes of spans that the translator reads, as the exporter's README and tests name them.
const (
	AWSServiceAttribute                   = "aws.service"
	AWSOperationAttribute                 = "aws.operation"
	AWSAccountAttribute                   = "aws.account_id"
	AWSRegionAttribute                    = "aws.region"
	AWSRequestIDAttribute                 = "aws.request_id"
	AWSRequestIDAttribute2                = "aws.requestId"
	AWSQueueURLAttribute                  = "aws.queue_url"
	AWSQueueURLAttribute2                 = "aws.queue.url"
	AWSTableNameAttribute                 = "aws.table_name"
	AWSTableNameAttribute2                = "aws.table.name"
	AWSXRayInProgressAttribute            = "aws.xray.inprogress"
	AWSXraySegmentAnnotationsAttribute    = "aws.xray.annotations"
	AWSXraySegmentMetadataAttributePrefix = "aws.xray.metadata."
)
