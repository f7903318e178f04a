/** The names of AWS resources in the ledger: ARNs, for buckets URIs, and for accounts `aws:` and their number. */

/** The name of a bucket. */
export const bucketName = (bucket: string): string => `s3://${bucket}`;

/** The bucket of an ARN such as `arn:aws:s3:::bucket/key`. */
export const bucketOfArn = (arn: string): string | undefined =>
  /^arn:aws[a-z-]*:s3:::([^/*]+)/.exec(arn)?.[1];

/** The region of an ARN, if it has one. */
export const regionOfArn = (arn: string): string | undefined =>
  /^arn:[^:]*:[^:]*:([a-z0-9-]+):/.exec(arn)?.[1];

/** The name of a database or database snapshot, by its ARN or by its name in an account and region. */
export const rdsName = (
  kind: 'db' | 'cluster' | 'snapshot' | 'cluster-snapshot',
  identifier: string,
  region: string,
  account: string,
): string =>
  identifier.startsWith('arn:') ? identifier : `arn:aws:rds:${region}:${account}:${kind}:${identifier}`;

/** The name of an EC2 volume. */
export const volumeName = (volume: string, region: string, account: string): string =>
  `arn:aws:ec2:${region}:${account}:volume/${volume}`;

/** The name of a volume snapshot, whose ARN has no account. */
export const snapshotName = (snapshot: string, region: string): string =>
  `arn:aws:ec2:${region}::snapshot/${snapshot}`;

/** The name of an IAM resource such as `role/name`. */
export const iamName = (resource: string, account: string): string => `arn:aws:iam::${account}:${resource}`;

/** The name of a principal in a policy: an account, a role or user by its ARN, a service, or everyone. */
export const principalName = (principal: string): string => {
  if (principal === '*' || principal === 'all') return 'aws:everyone';
  const account = /^(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?$/.exec(principal)?.[1];
  return account === undefined ? principal : `aws:${account}`;
};
