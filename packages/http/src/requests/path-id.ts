import { hasIdPrefix, idKindOfParam, type IdParam, invalidId } from '@cogitator-ai/openai-protocol';
import type { RequestContext } from '../environment.ts';

/** An id of the path. @throws `ApiError` 400 when it cannot be one of its kind. */
export function pathId(c: RequestContext, param: IdParam): string {
  const value = c.req.param(param) ?? '';
  if (!hasIdPrefix(idKindOfParam(param), value)) throw invalidId(param, value);
  return value;
}
