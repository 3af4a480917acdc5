export { AppendQueue, type AppendQueueOptions, type OnWritten, type WriteBatches } from './driver/append-queue.ts';
export { EventSubscriptions, type ReadStream, type StreamHead } from './driver/event-subscriptions.ts';
export { inChunks } from './driver/in-chunks.ts';
export { toLogged } from './driver/to-logged.ts';
export { untilAborted } from './driver/until-aborted.ts';
