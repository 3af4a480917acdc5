import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { readProviders } from '@cogitator-ai/openai-models';
import { ConfigError } from './config-error.ts';
import { isEveryAddress } from './listen-host.ts';

/**
 * Refuses a provider whose URL leads back to this server: a client's `OPENAI_BASE_URL` easily gets into the server's
 * environment, and a server that asks itself has no answer.
 *
 * @throws {@link ConfigError} for the first such provider; `ModelConfigError` for a URL that is none.
 */
export async function refuseOwnUrl(
  environment: Readonly<Record<string, string | undefined>>,
  listen: { host: string; port: number },
): Promise<void> {
  for (const { name, baseUrl } of readProviders(environment)) {
    const url = new URL(baseUrl);
    if (await leadsTo(url, listen)) {
      throw new ConfigError(
        `The provider '${name}' must not lead back to this server itself: unset its URL (${url.origin}${url.pathname}) ` +
          'where the server starts, or choose another --port.',
      );
    }
  }
}

async function leadsTo(url: URL, { host, port }: { host: string; port: number }): Promise<boolean> {
  const urlPort = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (urlPort !== port) return false;
  const targets = await addressesOf(url.hostname.replace(/^\[|\]$/g, ''));
  const own = isEveryAddress(host) ? ownAddresses() : await addressesOf(host);
  return targets.some((target) => own.includes(target) || isEveryAddress(target));
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));
}

/** None for a name that is not known: that is told when it is used. */
async function addressesOf(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}
