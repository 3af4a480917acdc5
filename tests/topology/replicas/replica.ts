// One of several servers: as apps/server, with a tool that tells the test of each execution.
import type { ServerTool } from '@cogitator-ai/openai-engine';
import { Config, startServer } from '@cogitator-ai/openai-server';

const { PORT, STORAGE_URL, OPENAI_BASE_URL, OPENAI_API_KEY, WORKSHOP_URL, LEASE_MS, ROLE, SHUTDOWN_GRACE_MS } =
  process.env;

const work: ServerTool = {
  definition: { name: 'work', description: 'Works.', parameters: { type: 'object', properties: {} } },
  async execute(_arguments, { toolCallId, signal }) {
    const response = await fetch(`${WORKSHOP_URL}/${toolCallId}`, { method: 'POST', signal });
    return response.text();
  },
};

const log = (level: string) => (fields: object, message: string) =>
  console.error(
    JSON.stringify({ level, message, ...fields }, (_, value: unknown) =>
      value instanceof Error ? value.stack : value,
    ),
  );

const server = await startServer({
  config: Config.parse({
    port: PORT,
    storageUrl: STORAGE_URL,
    role: ROLE,
    leaseMs: LEASE_MS,
    sweepIntervalMs: '300',
    shutdownGraceMs: SHUTDOWN_GRACE_MS,
  }),
  environment: { OPENAI_BASE_URL, OPENAI_API_KEY },
  logger: { debug() {}, info: log('info'), warn: log('warn'), error: log('error') },
  tools: [work],
});
process.on('SIGTERM', () => void server.close().then(() => process.exit(0)));
