/** Refusals of the double before it does anything: planned by a test, or because of the user. */
import { type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Misbehaviour } from './misbehaviour.ts';
import { notLeader, rpcError } from './wire.ts';

export const refusalPlanned = (misbehaviour: Misbehaviour | undefined): ServiceError | undefined => {
  switch (misbehaviour?.kind) {
    case 'refuse':
      return rpcError(
        misbehaviour.code,
        misbehaviour.details,
        misbehaviour.exception === undefined ? {} : { exception: misbehaviour.exception },
      );
    case 'not-leader':
      return notLeader(misbehaviour.host, misbehaviour.port);
    default:
      return undefined;
  }
};

/** Checks the name and password of a call; without users everyone has access, as with `INSECURE`. */
export const refusalOfUser = (
  metadata: Metadata,
  users: Readonly<Record<string, string>> | undefined,
): ServiceError | undefined => {
  if (users === undefined) return undefined;
  const authorization = metadata.get('authorization')[0];
  if (authorization === undefined) {
    return rpcError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
  }
  const given = Buffer.from(String(authorization).replace(/^Basic /, ''), 'base64').toString();
  const separator = given.indexOf(':');
  const [name, password] = [given.slice(0, separator), given.slice(separator + 1)];
  return users[name] === password ? undefined : rpcError(status.UNAUTHENTICATED, 'Unauthenticated');
};
