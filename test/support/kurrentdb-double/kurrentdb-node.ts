/**
 * A node of the KurrentDB double: a gRPC server in this process that speaks KurrentDB's protocol, as far as a ledger
 * needs it, over a log that outlives it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import projectionsService from '@eventstore/db-client/generated/projections_grpc_pb.js';
import projections from '@eventstore/db-client/generated/projections_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statusMessage from '@eventstore/db-client/generated/status_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import { type Method, type Misbehaviour, MisbehaviourPlan } from './misbehaviour.ts';
import { type ReadCall, serveRead, serveSubscription } from './reading.ts';
import type { ExpectedRevision, ProposedRecord, TransactionLog, WriteResult } from './transaction-log.ts';
import {
  type GossipMember,
  notLeader,
  rpcError,
  textOf,
  toAppendResponse,
  toClusterInfo,
  tooLarge,
  toProposedRecord,
} from './wire.ts';

type AppendRequest = InstanceType<typeof streams.AppendReq>;
type AppendResponse = InstanceType<typeof streams.AppendResp>;
type BatchRequest = InstanceType<typeof streams.BatchAppendReq>;
type BatchResponse = InstanceType<typeof streams.BatchAppendResp>;
type Empty = InstanceType<typeof shared.Empty>;

/** How long a stopped server's port may stay taken. */
const rebindMsMax = 2_000;

/** PEM files for a server that speaks TLS. */
export interface NodeTls {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  /** Refuse clients without a certificate of the same authority. */
  readonly requireClientCertificate: boolean;
}

export interface NodeOptions {
  readonly log: TransactionLog;
  readonly version?: string;
  readonly tls?: NodeTls;
  /** Servers before 21.10 have one way of appending only. */
  readonly hasBatchAppend?: boolean;
  /** The projections that run; without it, the server has no such service. */
  readonly projections?: ReadonlyArray<string>;
  /** Names and passwords; without them everyone is let in, as with INSECURE. */
  readonly users?: Readonly<Record<string, string>>;
  /** The nodes that gossip tells of; without it, this one alone, leading. */
  readonly members?: () => ReadonlyArray<GossipMember>;
}

export class KurrentDbNode {
  readonly log: TransactionLog;
  readonly plan = new MisbehaviourPlan();
  /** How many calls of each method have arrived. */
  readonly calls: Record<Method | 'batch-append', number> = {
    append: 0,
    'batch-append': 0,
    read: 0,
    subscribe: 0,
    features: 0,
    gossip: 0,
  };
  port = 0;
  private readonly options: NodeOptions;
  private server: Server | undefined;
  private readonly openCalls = new Set<ReadCall>();

  constructor(options: NodeOptions) {
    this.options = options;
    this.log = options.log;
  }

  get running(): boolean {
    return this.server !== undefined;
  }

  /** Where clients find it. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Starts listening: on the port it had before, or on a new one. */
  async start(port = this.port): Promise<void> {
    const server = new Server({ 'grpc.max_receive_message_length': 16 * 1024 * 1024 });
    server.addService(featuresService.ServerFeaturesService, {
      getSupportedMethods: this.getSupportedMethods,
    });
    server.addService(gossipService.GossipService, { read: this.readGossip });
    server.addService(streamsService.StreamsService, {
      append: this.append,
      ...(this.options.hasBatchAppend === false ? {} : { batchAppend: this.batchAppend }),
      read: this.read,
    });
    if (this.options.projections !== undefined) {
      server.addService(projectionsService.ProjectionsService, { statistics: this.projectionStatistics });
    }
    const deadline = Date.now() + rebindMsMax;
    for (;;) {
      try {
        this.port = await new Promise<number>((resolve, reject) => {
          server.bindAsync(`127.0.0.1:${port}`, this.credentials(), (error, bound) =>
            error === null ? resolve(bound) : reject(error),
          );
        });
        break;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(20);
      }
    }
    this.server = server;
  }

  /** Stops at once, as a killed process does: every call breaks off, the data stays. */
  async stop(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    for (const call of this.openCalls) call.emit('cancelled');
    server?.forceShutdown();
    await sleep(1);
  }

  /** Stops and starts again with the same data. */
  async restart(where: 'same port' | 'new port' = 'same port'): Promise<void> {
    const port = where === 'same port' ? this.port : 0;
    await this.stop();
    await this.start(port);
  }

  /** Breaks off the subscriptions that are open, and nothing else. */
  cutSubscriptions(): void {
    for (const call of this.openCalls) call.emit('error', rpcError(status.CANCELLED, 'Subscription dropped'));
  }

  private credentials(): ServerCredentials {
    const tls = this.options.tls;
    if (tls === undefined) return ServerCredentials.createInsecure();
    return ServerCredentials.createSsl(
      Buffer.from(tls.ca),
      [{ cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.key) }],
      tls.requireClientCertificate,
    );
  }

  private leads(): boolean {
    return this.leader()?.port === this.port;
  }

  private leader(): { readonly host: string; readonly port: number } | undefined {
    if (this.options.members === undefined) return { host: '127.0.0.1', port: this.port };
    return this.options.members().find((member) => member.state === 'leader' && member.isAlive);
  }

  /** What keeps the server from serving a call, before it does anything. */
  private refusal(metadata: Metadata, misbehaviour: Misbehaviour | undefined): ServiceError | undefined {
    if (misbehaviour?.kind === 'refuse') {
      return rpcError(
        misbehaviour.code,
        misbehaviour.details,
        misbehaviour.exception === undefined ? {} : { exception: misbehaviour.exception },
      );
    }
    if (misbehaviour?.kind === 'not-leader') return notLeader(misbehaviour.host, misbehaviour.port);
    const users = this.options.users;
    if (users !== undefined) {
      const authorization = metadata.get('authorization')[0];
      if (authorization === undefined) {
        return rpcError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
      }
      const given = Buffer.from(String(authorization).replace(/^Basic /, ''), 'base64').toString();
      const separator = given.indexOf(':');
      const [name, password] = [given.slice(0, separator), given.slice(separator + 1)];
      if (users[name] !== password) return rpcError(status.UNAUTHENTICATED, 'Unauthenticated');
    }
    if (metadata.get('requires-leader')[0] === 'true' && !this.leads()) {
      const leader = this.leader();
      return leader === undefined
        ? rpcError(status.UNKNOWN, 'No leader info available in response')
        : notLeader(leader.host, leader.port);
    }
    if (this.leader() === undefined) return rpcError(status.UNAVAILABLE, 'Server Is Not Ready');
    return undefined;
  }

  private readonly getSupportedMethods = (
    _call: ServerUnaryCall<Empty, unknown>,
    callback: sendUnaryData<InstanceType<typeof features.SupportedMethods>>,
  ): void => {
    this.calls.features += 1;
    const misbehaviour = this.plan.take('features');
    if (misbehaviour?.kind === 'hang') return;
    const method = (name: string, ...list: string[]) =>
      new features.SupportedMethod()
        .setServiceName('event_store.client.streams.streams')
        .setMethodName(name)
        .setFeaturesList(list);
    callback(
      null,
      new features.SupportedMethods()
        .setEventStoreServerVersion(this.options.version ?? '24.10.4')
        .setMethodsList([
          method('read', 'position', 'events'),
          method('append'),
          method('batchappend', 'deadline_duration'),
        ]),
    );
  };

  private readonly projectionStatistics = (
    call: ServerWritableStream<unknown, InstanceType<typeof projections.StatisticsResp>>,
  ): void => {
    for (const name of this.options.projections ?? []) {
      const details = new projections.StatisticsResp.Details().setName(name).setStatus('Running');
      call.write(new projections.StatisticsResp().setDetails(details));
    }
    call.end();
  };

  private readonly readGossip = (
    _call: ServerUnaryCall<Empty, unknown>,
    callback: sendUnaryData<ReturnType<typeof toClusterInfo>>,
  ): void => {
    this.calls.gossip += 1;
    if (this.plan.take('gossip')?.kind === 'hang') return;
    callback(
      null,
      toClusterInfo(
        this.options.members?.() ?? [{ host: '127.0.0.1', port: this.port, state: 'leader', isAlive: true }],
      ),
    );
  };

  private readonly append = (
    call: ServerReadableStream<AppendRequest, AppendResponse>,
    callback: sendUnaryData<AppendResponse>,
  ): void => {
    this.calls.append += 1;
    const misbehaviour = this.plan.take('append');
    const refusal = this.refusal(call.metadata, misbehaviour);
    let stream = '';
    let expected: ExpectedRevision = 'any';
    const proposed: ProposedRecord[] = [];
    call.on('error', () => undefined);
    call.on('data', (request: AppendRequest) => {
      const options = request.getOptions();
      if (options !== undefined) {
        stream = textOf(options.getStreamIdentifier()?.getStreamName_asU8() ?? new Uint8Array());
        if (options.hasNoStream()) expected = 'no_stream';
        else if (options.hasStreamExists()) expected = 'stream_exists';
        else if (options.hasRevision()) expected = BigInt(options.getRevision());
        return;
      }
      const message = request.getProposedMessage();
      if (message !== undefined) proposed.push(toProposedRecord(message));
    });
    if (refusal !== undefined) {
      callback(refusal);
      return;
    }
    call.on('end', () => {
      if (call.cancelled) return;
      void this.write(misbehaviour, () => this.log.write(stream, expected, proposed)).then((result) => {
        if (result === 'silence' || this.server === undefined) return;
        if (result === 'broken off') {
          callback(rpcError(status.UNAVAILABLE, 'The connection was cut'));
          return;
        }
        const error = tooLarge(result);
        if (error !== undefined) callback(error);
        else callback(null, toAppendResponse(expected, result));
      });
    });
  };

  /** Writes as the misbehaviour has it, and says whether there is an answer. */
  private async write(
    misbehaviour: Misbehaviour | undefined,
    write: () => WriteResult,
  ): Promise<WriteResult | 'silence' | 'broken off'> {
    switch (misbehaviour?.kind) {
      case 'hang':
        return 'silence';
      case 'write-late':
        if (misbehaviour.ms === 'after the next write') await this.log.nextWrite();
        else await sleep(misbehaviour.ms);
        write();
        return 'silence';
      case 'lose-answer':
        write();
        return misbehaviour.how === 'hang' ? 'silence' : 'broken off';
      case 'slow':
        await sleep(misbehaviour.ms);
        return write();
      default:
        return write();
    }
  }

  private readonly batchAppend = (call: ServerDuplexStream<BatchRequest, BatchResponse>): void => {
    this.calls['batch-append'] += 1;
    const misbehaviour = this.plan.take('append');
    const refusal = this.refusal(call.metadata, misbehaviour);
    const pending = new Map<string, { options: BatchRequest; proposed: ProposedRecord[] }>();
    call.on('error', () => undefined);
    if (refusal !== undefined) {
      call.emit('error', refusal);
      return;
    }
    call.on('data', (request: BatchRequest) => {
      const correlation = request.getCorrelationId()?.getString() ?? '';
      if (request.hasOptions()) pending.set(correlation, { options: request, proposed: [] });
      const write = pending.get(correlation);
      if (write === undefined) return;
      write.proposed.push(...request.getProposedMessagesList().map(toProposedRecord));
      if (!request.getIsFinal()) return;
      pending.delete(correlation);
      const options = write.options.getOptions()!;
      const stream = textOf(options.getStreamIdentifier()?.getStreamName_asU8() ?? new Uint8Array());
      const expected: ExpectedRevision = options.hasNoStream()
        ? 'no_stream'
        : options.hasStreamExists()
          ? 'stream_exists'
          : options.hasStreamPosition()
            ? BigInt(options.getStreamPosition())
            : 'any';
      void this.write(misbehaviour, () => this.log.write(stream, expected, write.proposed)).then((result) => {
        if (result === 'silence' || this.server === undefined) return;
        if (result === 'broken off') {
          call.emit('error', rpcError(status.UNAVAILABLE, 'The connection was cut'));
          return;
        }
        call.write(this.batchResponse(write.options, result));
      });
    });
    call.on('end', () => call.end());
  };

  private batchResponse(request: BatchRequest, result: WriteResult): BatchResponse {
    const response = new streams.BatchAppendResp()
      .setCorrelationId(request.getCorrelationId())
      .setStreamIdentifier(request.getOptions()?.getStreamIdentifier());
    if (result.kind === 'written') {
      return response.setSuccess(
        new streams.BatchAppendResp.Success()
          .setCurrentRevision(String(result.revision))
          .setPosition(
            new shared.AllStreamPosition()
              .setCommitPosition(String(result.position))
              .setPreparePosition(String(result.position)),
          ),
      );
    }
    const details = new any.Any();
    if (result.kind === 'wrong-expected-version') {
      const wrong = new shared.WrongExpectedVersion();
      if (result.actual !== undefined) wrong.setCurrentStreamRevision(String(result.actual));
      details.pack(wrong.serializeBinary(), 'event_store.client.WrongExpectedVersion');
    } else if (result.kind === 'append-too-large') {
      const exceeded = new shared.MaximumAppendSizeExceeded().setMaxappendsize(result.limit);
      details.pack(exceeded.serializeBinary(), 'event_store.client.MaximumAppendSizeExceeded');
    } else {
      // The messages that the client ships do not have this one, which came with 25.1.
      details.pack(new Uint8Array(), 'event_store.client.MaximumAppendEventSizeExceeded');
    }
    return response.setError(new statusMessage.Status().setMessage(result.kind).setDetails(details));
  }

  private readonly read = (call: ReadCall): void => {
    const isSubscription = call.request.getOptions()?.hasSubscription() === true;
    const method = isSubscription ? 'subscribe' : 'read';
    this.calls[method] += 1;
    const misbehaviour = this.plan.take(method);
    const refusal = this.refusal(call.metadata, misbehaviour);
    call.on('error', () => undefined);
    if (refusal !== undefined) {
      call.emit('error', refusal);
      return;
    }
    if (misbehaviour?.kind === 'hang') return;
    const serve = async (): Promise<void> => {
      if (misbehaviour?.kind === 'slow') await sleep(misbehaviour.ms);
      if (!isSubscription) {
        await serveRead(this.log, call, misbehaviour);
        return;
      }
      this.openCalls.add(call);
      await serveSubscription(this.log, call, misbehaviour);
      this.openCalls.delete(call);
    };
    void serve();
  };
}
