import { join } from 'node:path';
import { type Service, startService } from './service.ts';

export interface S3Options {
  /** Whether `If-None-Match: *` is heeded by writes, as by S3 itself. Default true. */
  conditionalWrites?: boolean;
}

/** Starts an S3-compatible server on a port of its own; it keeps everything in memory and takes any credentials. */
export async function startS3({ conditionalWrites = true }: S3Options = {}): Promise<Service> {
  return startService({
    name: 's3',
    program: ({ port }) => ({
      command: process.execPath,
      args: [join(import.meta.dirname, 's3-server.ts'), String(port), ...(conditionalWrites ? [] : ['unconditional'])],
    }),
    url: (port) => `http://127.0.0.1:${port}`,
    stopSignal: 'SIGTERM',
    endSignal: 'SIGKILL',
    isReady: ({ port, pid }) => answersAs(pid, port),
  });
}

/** Whether the server with this process id answers. */
async function answersAs(pid: number, port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.headers.get('x-process-id') === String(pid);
  } catch {
    return false;
  }
}
