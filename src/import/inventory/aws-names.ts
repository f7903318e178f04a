/**
 * How the resources of AWS are named here: by their ARN, buckets by their URI, and accounts as `aws:` and their number.
 */

/** A bucket. */
export const bucketName = (bucket: string): string => `s3://${bucket}`;

/** The bucket of an ARN such as `arn:aws:s3:::bucket/key`. */
export const bucketOfArn = (arn: string): string | undefined =>
  /^arn:aws[a-z-]*:s3:::([^/*]+)/.exec(arn)?.[1];

/** The region of an ARN, if it has one. */
export const regionOfArn = (arn: string): string | undefined =>
  /^arn:[^:]*:[^:]*:([a-z0-9-]+):/.exec(arn)?.[1];

/** A database, or a snapshot of one, by its ARN or its name within an account and region. */
export const rdsName = (
  kind: 'db' | 'cluster' | 'snapshot' | 'cluster-snapshot',
  identifier: string,
  region: string,
  account: string,
): string =>
  identifier.startsWith('arn:') ? identifier : `arn:aws:rds:${region}:${account}:${kind}:${identifier}`;

/** A volume of EC2. */
export const volumeName = (volume: string, region: string, account: string): string =>
  `arn:aws:ec2:${region}:${account}:volume/${volume}`;

/** A snapshot of a volume: it has no account in its ARN. */
export const snapshotName = (snapshot: string, region: string): string =>
  `arn:aws:ec2:${region}::snapshot/${snapshot}`;

/** Something of IAM, such as `role/name`. */
export const iamName = (resource: string, account: string): string => `arn:aws:iam::${account}:${resource}`;

/** A principal of a policy: an account, a role or user by its ARN, a service, or everyone. */
export const principalName = (principal: string): string => {
  if (principal === '*' || principal === 'all') return 'aws:everyone';
  const account = /^(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?$/.exec(principal)?.[1];
  return account === undefined ? principal : `aws:${account}`;
};
