import { Agent, request as send } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** What one stream was like. */
export interface StreamResult {
  /** From a token leaving the model to its arrival, in ms: of the first token of each second. */
  readonly delaysMs: readonly number[];
  /** From the request to the first token's arrival, in ms. */
  readonly waitMs: number;
}

/** A token: in a delta of a message, or of a completion as the model sends it. */
const TOKEN = /"(?:value|content)":"( @[\d.]+| token\d+)"/;

/** Opens a stream and reads it to its end. @throws when a token is missing or out of order. */
export function readStream(url: string, body: string, tokens: number): Promise<StreamResult> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const headers = { 'content-type': 'application/json', authorization: 'Bearer sk-benchmark' };
    const asked = send(url, { method: 'POST', agent, headers }, (response) => {
      let rest = '';
      let seen = 0;
      const delaysMs: number[] = [];
      let waitMs = Number.NaN;
      response.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const value = TOKEN.exec(line)?.[1];
          if (value === undefined) continue;
          if (seen === 0) waitMs = performance.now() - begun;
          if (value.startsWith(' @'))
            delaysMs.push(performance.timeOrigin + performance.now() - Number(value.slice(2)));
          else if (value !== ` token${seen}`) reject(new Error(`Expected token${seen}, got '${value}'.`));
          seen++;
        }
      });
      response.on('end', () => {
        if (seen === tokens) resolve({ delaysMs, waitMs });
        else reject(new Error(`HTTP ${response.statusCode}: ${seen} of ${tokens} tokens.`));
      });
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
