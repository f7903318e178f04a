/**
 * A node of the KurrentDB double: a gRPC server in this process with as much of KurrentDB's protocol as a ledger
 * needs. The log outlives the node.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import projectionsService from '@eventstore/db-client/generated/projections_grpc_pb.js';
import projections from '@eventstore/db-client/generated/projections_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import {
  type AppendHandler,
  type BatchAppendHandler,
  misbehavingWrite,
  serveAppend,
  serveBatchAppend,
  type Writer,
} from './appending.ts';
import { type Method, type Misbehaviour, MisbehaviourPlan } from './misbehaviour.ts';
import { type ReadCall, serveRead, serveSubscription } from './reading.ts';
import { refusalOfUser, refusalPlanned } from './refusals.ts';
import type { TransactionLog } from './transaction-log.ts';
import { type GossipMember, notLeader, rpcError, toClusterInfo } from './wire.ts';

type Empty = InstanceType<typeof shared.Empty>;

/** The maximum size of messages. */
const messageBytesMax = 16 * 1024 * 1024;
/** How many HTTP/2 streams a connection may have open, as with Kestrel; further calls wait for one to end. */
const streamsMax = 100;
/** How long a stopped server's port may stay taken. */
const rebindMsMax = 2_000;

/** PEM files for a server with TLS. */
export interface NodeTls {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  /** Whether to refuse clients without a certificate of the same authority. */
  readonly requireClientCertificate: boolean;
}

export interface NodeOptions {
  readonly log: TransactionLog;
  readonly version?: string;
  readonly tls?: NodeTls;
  /** Servers before 21.10 have only one way of appending. */
  readonly hasBatchAppend?: boolean;
  /** The running projections; undefined if the server has no such service. */
  readonly projections?: ReadonlyArray<string>;
  /** Names and passwords; undefined gives everyone access, as with INSECURE. */
  readonly users?: Readonly<Record<string, string>>;
  /** The nodes in gossip; by default only this one, as the leader. */
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
  /** The batch-append calls that have not ended. */
  readonly openBatchAppends = new Set<unknown>();
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

  /** The address for clients. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Starts listening on its previous port or a new one. */
  async start(port = this.port): Promise<void> {
    const server = new Server({
      'grpc.max_receive_message_length': messageBytesMax,
      'grpc.max_concurrent_streams': streamsMax,
    });
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

  /** Stops at once, like a killed process: every call breaks off, the data stays. */
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

  /** Breaks off only the open subscriptions. */
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

  /** Why the server does not serve a call; undefined if it does. */
  private refusal(metadata: Metadata, misbehaviour: Misbehaviour | undefined): ServiceError | undefined {
    return (
      refusalPlanned(misbehaviour) ??
      refusalOfUser(metadata, this.options.users) ??
      this.refusalWithoutLeader(metadata)
    );
  }

  private refusalWithoutLeader(metadata: Metadata): ServiceError | undefined {
    const leader = this.leader();
    if (metadata.get('requires-leader')[0] === 'true' && !this.leads()) {
      return leader === undefined
        ? rpcError(status.UNKNOWN, 'No leader info available in response')
        : notLeader(leader.host, leader.port);
    }
    return leader === undefined ? rpcError(status.UNAVAILABLE, 'Server Is Not Ready') : undefined;
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

  private readonly append: AppendHandler = (call, callback) => {
    this.calls.append += 1;
    const misbehaviour = this.plan.take('append');
    const refusal = this.refusal(call.metadata, misbehaviour);
    call.on('error', () => undefined);
    if (refusal !== undefined) callback(refusal);
    else serveAppend(this.writer(misbehaviour), call, callback);
  };

  private readonly batchAppend: BatchAppendHandler = (call) => {
    this.calls['batch-append'] += 1;
    const misbehaviour = this.plan.take('append');
    const refusal = this.refusal(call.metadata, misbehaviour);
    call.on('error', () => undefined);
    if (refusal !== undefined) call.emit('error', refusal);
    else {
      this.openBatchAppends.add(call);
      call.on('close', () => this.openBatchAppends.delete(call));
      serveBatchAppend(this.writer(misbehaviour), call, { lingers: misbehaviour?.kind === 'linger' });
    }
  };

  /** Writes to the log with the misbehaviour; once the node has stopped, there are no answers. */
  private writer(misbehaviour: Misbehaviour | undefined): Writer {
    return async (stream, expected, proposed) => {
      const result = await misbehavingWrite(this.log, misbehaviour, () =>
        this.log.write(stream, expected, proposed),
      );
      return this.server === undefined ? 'silence' : result;
    };
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
