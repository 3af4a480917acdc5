export { ModelError } from './ports/model-port.ts';
export type {
  ModelContentPart,
  ModelErrorCode,
  ModelEvent,
  ModelFinishReason,
  ModelInfo,
  ModelMessage,
  ModelPort,
  ModelRequest,
  ModelToolCall,
  ModelUsage,
} from './ports/model-port.ts';
export type { ServerTool, ServerToolContext } from './ports/tool-port.ts';
export type { Dispatcher, RunHandler, RunTicket } from './ports/dispatcher.ts';
export type { Logger } from './ports/logger.ts';
