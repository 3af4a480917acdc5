import { describe, expect, it } from 'vitest';
import { isLoopback, listenHost, urlHost } from './listen-host.ts';

describe('listenHost', () => {
  it.each([
    [{ apiKeys: [] }, '127.0.0.1'],
    [{ apiKeys: ['sk-one'] }, '0.0.0.0'],
    [{ apiKeys: ['sk-one'], host: '127.0.0.1' }, '127.0.0.1'],
    [{ apiKeys: [], host: '::' }, '::'],
  ])('is open to other machines only with keys or on request: %j', (config, host) => {
    expect(listenHost(config)).toBe(host);
  });
});

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'])('knows %s', (address) => {
    expect(isLoopback(address)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', 'fe80::1'])('takes %s for open to others', (address) => {
    expect(isLoopback(address)).toBe(false);
  });
});

describe('urlHost', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['gpu', 'gpu'],
    ['0.0.0.0', '127.0.0.1'],
    ['::', '[::1]'],
    ['fe80::1', '[fe80::1]'],
  ])('writes %s as %s', (host, expected) => {
    expect(urlHost(host)).toBe(expected);
  });
});
