/**
 * Where Azure has the API: `/openai/…` and `/openai/v1/…` of an Azure OpenAI resource, `/api/projects/{project}/…` of an AI
 * Foundry project, and the two together.
 */
const AZURE_PREFIX = /^(?:\/api\/projects\/[^/]+(?:\/openai(?:\/v1)?)?|\/openai(?:\/v1)?)(?=\/|$)/;

/**
 * The path that a request is routed by. Runs of slashes count as one and one at the end as none: some clients add them to
 * their base URL. Azure's paths are those of `/v1`, so that keys, routes and errors are the same for all.
 */
export function requestPath({ url }: Pick<Request, 'url'>): string {
  const start = url.indexOf('/', url.indexOf(':') + 4);
  const end = url.indexOf('?', start);
  const path = end === -1 ? url.slice(start) : url.slice(start, end);
  const joined = path.includes('//') ? path.replaceAll(/\/{2,}/g, '/') : path;
  const trimmed = joined.length > 1 && joined.endsWith('/') ? joined.slice(0, -1) : joined;
  return trimmed.startsWith('/v1/') ? trimmed : trimmed.replace(AZURE_PREFIX, '/v1');
}
