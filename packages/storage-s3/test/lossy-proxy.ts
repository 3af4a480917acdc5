import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A way to a server on which an answer can get lost. */
export interface LossyProxy {
  readonly url: string;
  /** Breaks the connection in place of passing on the next answer to such a request; `true` once that has happened. */
  loseNext(method: string, path: RegExp): () => boolean;
  close(): Promise<void>;
}

export async function startLossyProxy(target: string): Promise<LossyProxy> {
  let isLost = (_method: string, _path: string): boolean => false;
  const server = createServer((request, response) => {
    void (async () => {
      const { method = '', url = '', headers } = request;
      const {
        host: _,
        connection: __,
        'content-length': ___,
        expect: ____,
        'transfer-encoding': _____,
        ...rest
      } = headers;
      const body = await buffer(request);
      const answer = await fetch(target + url, {
        method,
        headers: rest as Record<string, string>,
        ...(body.length > 0 && { body }),
      });
      const content = Buffer.from(await answer.arrayBuffer());
      if (isLost(method, url)) return void request.socket.destroy();
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(content);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseNext(method, path) {
      let lost = false;
      isLost = (sent, url) => {
        if (lost || sent !== method || !path.test(url)) return false;
        return (lost = true);
      };
      return () => lost;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
