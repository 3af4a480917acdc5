import type { Connection } from './connection.ts';
import { isCluster } from './open-client.ts';

/**
 * What about the servers' configuration may lose data, for people. A server that does not tell its configuration, as managed ones
 * may not, gives no reason to warn.
 */
export async function findRisks({ client }: Connection): Promise<string[]> {
  const servers = isCluster(client) ? client.nodes('master') : [client];
  const risks = await Promise.all(
    servers.map(async (server) => {
      const [info, save] = await Promise.all([
        server.info().catch(() => ''),
        server.config('GET', 'save').then(
          (reply) => reply[1] ?? null,
          () => null,
        ),
      ]);
      return risksOf(parseInfo(info), save);
    }),
  );
  return [...new Set(risks.flat())];
}

function risksOf(info: ReadonlyMap<string, string>, save: string | null): string[] {
  const risks: string[] = [];
  const policy = info.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    risks.push(
      `Redis may evict what is stored: its maxmemory-policy is ${policy}. Set it to noeviction, so that a full server refuses writes instead.`,
    );
  }
  if (info.get('aof_enabled') === '0' && save !== null) {
    risks.push(
      save === ''
        ? 'Redis forgets everything when it restarts: it has neither an append-only file nor snapshots. Set appendonly to yes.'
        : 'Redis forgets what was written since its last snapshot when it crashes: it has no append-only file. Set appendonly to yes.',
    );
  }
  return risks;
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}
