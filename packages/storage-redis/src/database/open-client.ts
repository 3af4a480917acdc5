import { type Cluster, Redis, type RedisOptions } from 'ioredis';
import { StorageError } from '@cogitator-ai/openai-storage';

export interface ServerOptions {
  /** Such as `redis://:password@localhost:6379/0`, or `rediss://…` for TLS. */
  url?: string;
  /** Options of ioredis, instead of a URL: Sentinels, a socket, certificates. */
  clientOptions?: RedisOptions;
  /**
   * A client, `Redis` or `Cluster`, to the servers of which the storage connects in the same way. It is neither used itself
   * nor closed, and may be one with `lazyConnect` that never connects. Its `keyPrefix` does not count.
   */
  client?: Redis | Cluster;
}

export interface TimeLimits {
  /** How long opening may take, and how long a call waits for a connection that was lost, in ms. Default 5,000. */
  connectTimeoutMs?: number;
  /** How long a call waits for an answer, in ms. A connection that is silent for so long is made anew. Default 10,000. */
  commandTimeoutMs?: number;
}

/** Pauses between attempts to connect again, in ms: longer by this each time, up to the longest. */
const PAUSE_STEP_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/**
 * A client of our own, not yet connected, which sends nothing twice: ioredis sends commands again whose connection broke, and
 * a commit that was done would be done again. A lost connection is made anew for as long as the client is open.
 *
 * @throws {@link StorageError} `invalid_request` when there is not one server.
 */
export function openClient(
  { url, clientOptions, client }: ServerOptions,
  limits: Required<TimeLimits>,
): Redis | Cluster {
  if ([url, clientOptions, client].filter((option) => option !== undefined).length !== 1) {
    throw new StorageError('invalid_request', 'Name the server with one of url, client and clientOptions.');
  }
  const own = ownOptions(limits);
  if (url !== undefined) {
    assertRedisUrl(url);
    return new Redis(url, own);
  }
  if (clientOptions !== undefined) return new Redis({ ...clientOptions, ...own });
  const given = client as Redis | Cluster;
  if (!isCluster(given)) return given.duplicate(own);
  const { retryStrategy: _, enableOfflineQueue: __, ...ofNodes } = own;
  return given.duplicate([], {
    lazyConnect: true,
    keyPrefix: '',
    enableAutoPipelining: false,
    scaleReads: 'master',
    // What a broken connection left open is not sent to another node.
    retryDelayOnFailover: 0,
    clusterRetryStrategy: pauseMs,
    redisOptions: ofNodes,
  });
}

export function isCluster(client: Redis | Cluster): client is Cluster {
  return client.isCluster;
}

/** A client of one server, to hear messages with: the same, or any of a cluster. It gives up when its connection breaks. */
export function openListener(client: Redis | Cluster): Redis | null {
  const nodes = isCluster(client) ? client.nodes('master') : [client];
  const node = nodes[Math.floor(Math.random() * nodes.length)];
  return node?.duplicate({ lazyConnect: true, enableOfflineQueue: false, retryStrategy: () => null }) ?? null;
}

/** Host and database of a connected client, for people, without credentials. */
export function nameOfServer(client: Redis | Cluster): string {
  if (!isCluster(client)) {
    const { host, port, path, db = 0, sentinels, name } = client.options;
    const servers = sentinels?.map((sentinel) => `${sentinel.host}:${sentinel.port ?? 26379}`).join(',');
    if (servers !== undefined) return `redis-sentinel://${servers}/${name}/${db}`;
    return path === undefined || path === null ? `redis://${host}:${port}/${db}` : `redis+unix://${path}?db=${db}`;
  }
  const nodes = client.nodes('master').map(({ options: { host, port } }) => `${host}:${port}`);
  return `redis-cluster://${nodes.toSorted().join(',')}`;
}

function ownOptions({ connectTimeoutMs, commandTimeoutMs }: Required<TimeLimits>) {
  return {
    lazyConnect: true,
    // Commands under way end when their connection does, instead of waiting to be sent again; and none is kept to be sent
    // some time later, when nobody expects it any more.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    retryStrategy: pauseMs,
    // After a failover the address may be that of a replica.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    connectTimeout: connectTimeoutMs,
    socketTimeout: commandTimeoutMs,
    // As the scripts expect them.
    protocol: 2,
    replyMapping: 'legacy',
    stringNumbers: false,
    keyPrefix: '',
    enableAutoPipelining: false,
  } as const satisfies RedisOptions;
}

function pauseMs(attempt: number): number {
  return Math.min(attempt * PAUSE_STEP_MS, LONGEST_PAUSE_MS);
}

function assertRedisUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : null;
  if (protocol !== 'redis:' && protocol !== 'rediss:') {
    throw new StorageError('invalid_request', 'The URL has to begin with redis:// or rediss://.');
  }
}
