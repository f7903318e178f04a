/**
 * A KurrentDB in this process: one node, or a cluster of three over one log.
 */
import { KurrentDbNode, type NodeOptions } from './kurrentdb-node.ts';
import { limitsBefore25, limitsSince25, TransactionLog } from './transaction-log.ts';
import type { GossipMember } from './wire.ts';

/** The default version of a double. */
const versionDefault = '24.10.4';

const limitsOf = (version: string) => {
  const [year = 0, month = 0] = version.split('.').map(Number);
  return year > 25 || (year === 25 && month >= 1) ? limitsSince25 : limitsBefore25;
};

/** Starts a node with an empty log. */
export const startNode = async (
  options: Partial<NodeOptions> & { readonly now?: () => number; readonly port?: number } = {},
): Promise<KurrentDbNode> => {
  const { now = Date.now, port = 0, ...rest } = options;
  const version = options.version ?? versionDefault;
  const log = options.log ?? new TransactionLog(now, limitsOf(version));
  const node = new KurrentDbNode({ ...rest, log, version });
  await node.start(port);
  return node;
};

/** Three nodes over one log, as if replication took no time, with one leader. */
export interface Cluster {
  readonly nodes: ReadonlyArray<KurrentDbNode>;
  readonly connectionString: string;
  /** Makes a node the leader, or none during an election. */
  elect(leader: KurrentDbNode | undefined): void;
  stop(): Promise<void>;
}

export const startCluster = async (): Promise<Cluster> => {
  const log = new TransactionLog(Date.now, limitsBefore25);
  let leader: KurrentDbNode | undefined;
  const nodes: KurrentDbNode[] = [];
  const members = (): ReadonlyArray<GossipMember> =>
    nodes.map((node) => ({
      host: '127.0.0.1',
      port: node.port,
      state: node === leader ? 'leader' : 'follower',
      isAlive: node.running,
    }));
  for (let index = 0; index < 3; index++) {
    const node = new KurrentDbNode({ log, members, version: versionDefault });
    nodes.push(node);
    await node.start();
  }
  leader = nodes[0];
  const hosts = nodes.map((node) => node.address).join(',');
  return {
    nodes,
    connectionString: `esdb://${hosts}?tls=false&discoveryInterval=20&maxDiscoverAttempts=5&gossipTimeout=1`,
    elect: (elected) => {
      leader = elected;
    },
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
};
