import type { EngineContext } from '../engine-context.ts';

/** What idempotency keys need of the engine. */
export type IdempotencyContext = Pick<EngineContext, 'storage' | 'limits' | 'logger'>;
