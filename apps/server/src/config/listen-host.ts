import { isIPv6 } from 'node:net';
import type { Config } from './settings.ts';

/** Where to listen: on this machine only until keys protect the server, unless an address is set. */
export function listenHost({ host, apiKeys }: Pick<Config, 'host' | 'apiKeys'>): string {
  return host ?? (apiKeys.length === 0 ? '127.0.0.1' : '0.0.0.0');
}

/** Whether it stands for every address of the machine. */
export function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** Whether only this machine can reach the IP address. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}

/** The host as it stands in a URL by which this machine reaches the server. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIPv6(host) ? `[${host}]` : host;
}
