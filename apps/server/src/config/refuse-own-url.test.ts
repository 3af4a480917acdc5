import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { refuseOwnUrl } from './refuse-own-url.ts';
import { ConfigError } from './config-error.ts';

const outside = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

describe('refuseOwnUrl', () => {
  it.each<[url: string, host: string]>([
    ['http://127.0.0.1:8080/v1', '127.0.0.1'],
    ['http://localhost:8080/v1', '127.0.0.1'],
    ['http://0.0.0.0:8080/v1', '127.0.0.1'],
    ['http://[::1]:8080/v1', '::1'],
    ['http://127.0.0.1:8080/v1', '0.0.0.0'],
    ...(outside === undefined ? [] : [[`http://${outside}:8080/v1`, '0.0.0.0'] as [string, string]]),
  ])('refuses %s where the server listens on %s', async (url, host) => {
    const check = refuseOwnUrl({ OPENAI_BASE_URL: url }, { host, port: 8080 });
    await expect(check).rejects.toThrow(
      new ConfigError(
        `The provider 'openai' must not lead back to this server itself: unset its URL (${url}) where the server ` +
          'starts, or choose another --port.',
      ),
    );
  });

  it.each([
    ['http://127.0.0.1:8000/v1', '127.0.0.1'],
    ['http://192.0.2.1:8080/v1', '0.0.0.0'],
    ['http://nosuch.invalid:8080/v1', '127.0.0.1'],
  ])('takes %s where the server listens on %s', async (url, host) => {
    await expect(refuseOwnUrl({ OPENAI_BASE_URL: url }, { host, port: 8080 })).resolves.toBeUndefined();
  });
});
