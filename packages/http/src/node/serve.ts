import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from '@cogitator-ai/openai-engine';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Environment } from '../environment.ts';
import { drainServer } from './drain-server.ts';

/** Longer than the 60 s that proxies keep idle connections, so that it is never the server that closes one in use. */
const KEEP_ALIVE_MS = 75_000;
/** Enough to send a large file on a slow line, and an end for whoever never finishes a request. */
const REQUEST_MS = 3_600_000;
/** How long the headers of a request may take. */
const HEADERS_MS = 60_000;

export interface ServeOptions {
  app: Hono<Environment>;
  /** Closed with the server; to be started by its owner. */
  engine: Engine;
  /** 0 for any that is free. */
  port: number;
  /** Address or name to listen on. */
  host: string;
}

/** An app that Node serves. */
export interface Serving {
  readonly port: number;
  /** Address that is listened on, such as `0.0.0.0` or `::1`. */
  readonly address: string;

  /**
   * Takes no more requests and runs, lets what is under way finish, and ends the rest after `graceMs`. Called once.
   */
  close(options: { graceMs: number }): Promise<void>;
}

/**
 * Serves an app with `node:http`.
 *
 * @throws what `listen` fails with, such as EADDRINUSE.
 */
export async function serve({ app, engine, port, host }: ServeOptions): Promise<Serving> {
  const serverOptions = { requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS, keepAliveTimeout: KEEP_ALIVE_MS };
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions }) as Server;
  await listen(server, port, host);
  const bound = server.address() as AddressInfo;
  return {
    port: bound.port,
    address: bound.address,
    close: ({ graceMs }) => drainServer(server, engine, graceMs),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
