import type { Engine, Logger } from '@cogitator-ai/openai-engine';
import { unknownUrl } from '@cogitator-ai/openai-protocol';
import { Hono } from 'hono';
import { answerText } from './answer.ts';
import type { Environment } from './environment.ts';
import { createErrorHandler } from './errors/handle-error.ts';
import { createAuthCheck } from './gate/api-keys.ts';
import type { CorsOptions } from './gate/cors.ts';
import { createGate } from './gate/gate.ts';
import { createExecuteOnce } from './idempotency/execute-once.ts';
import { requestPath } from './requests/request-path.ts';
import { assistantRoutes } from './routes/assistants.ts';
import { fileRoutes } from './routes/files.ts';
import { messageRoutes } from './routes/messages.ts';
import { modelRoutes } from './routes/models.ts';
import type { RouteOptions } from './routes/route.ts';
import { runStepRoutes } from './routes/run-steps.ts';
import { runRoutes } from './routes/runs.ts';
import { threadRoutes } from './routes/threads.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { vectorStoreRoutes } from './routes/vector-stores.ts';
import { Heartbeat } from './sse/heartbeat.ts';

export interface AppOptions {
  engine: Engine;
  /** Keys that are let in. Default none: everybody is. */
  apiKeys?: readonly string[];
  cors?: CorsOptions;
  /** Whether there is an API, or only `/health` and `/ready`, for a process that does no more than advance runs. Default true. */
  api?: boolean;
  /** What `GET /metrics` answers everybody who asks. Default there is no such route. */
  metrics?: { readonly contentType: string; text(): Promise<string> };
  /** Default silent. */
  logger?: Logger;
  /** Largest JSON body, in bytes. Default 32 MiB. */
  maxBodyBytes?: number;
  /** Largest file uploaded at once, in bytes; uploads in parts may be larger. Default 512 MiB. */
  maxFileBytes?: number;
  /** Whether files of the purposes that the service keeps to itself cannot be downloaded, such as `assistants`. Default false. */
  strictFileDownloads?: boolean;
  /** Silence after which a stream is sent a comment, in ms. Default 15,000. */
  heartbeatMs?: number;
}

const ALL_ROUTES = [
  assistantRoutes,
  runRoutes,
  threadRoutes,
  messageRoutes,
  runStepRoutes,
  fileRoutes,
  uploadRoutes,
  vectorStoreRoutes,
  modelRoutes,
];

/** How long the storage may take to say that it can be reached, in ms. */
const READY_MS = 2000;

/** The Assistants API as a Hono app: `/v1/…`, the same under the paths of Azure, `/health` while it takes requests and `/ready` while it can do its work. */
export function createApp(options: AppOptions): Hono<Environment> {
  const { engine, logger } = options;
  const app = new Hono<Environment>({ getPath: requestPath });
  const routeOptions: RouteOptions = {
    engine,
    logger,
    heartbeat: new Heartbeat(options.heartbeatMs ?? 15_000),
    maxBodyBytes: options.maxBodyBytes ?? 32 * 2 ** 20,
    maxFileBytes: options.maxFileBytes ?? 512 * 2 ** 20,
    strictFileDownloads: options.strictFileDownloads ?? false,
  };

  app.use(
    createGate(createAuthCheck(options.apiKeys ?? []), options.cors ?? {}, createExecuteOnce(routeOptions), logger),
  );
  app.get('/health', (c) => answerText(c, 200, '{"status":"ok"}'));
  app.get('/ready', async (c) => {
    const isReady = await engine.isReady({ signal: AbortSignal.timeout(READY_MS) });
    return isReady ? answerText(c, 200, '{"status":"ready"}') : answerText(c, 503, '{"status":"not ready"}');
  });
  const { metrics } = options;
  if (metrics) {
    app.get('/metrics', async (c) => answerText(c, 200, await metrics.text(), { 'content-type': metrics.contentType }));
  }
  for (const addRoutes of options.api === false ? [] : ALL_ROUTES) addRoutes(app, routeOptions);
  const handleError = createErrorHandler(logger);
  app.onError(handleError);
  app.notFound((c) => handleError(unknownUrl(c.req.method, c.req.path), c));
  return app;
}
