/** How long an idle connection is kept, in ms, where the server does not say. One that was closed meanwhile is retried. */
export const KEEP_ALIVE_MS = 30_000;

/** @throws `TypeError` for a `baseUrl` that is no URL. Its query, if any, is kept. */
export function appendPath(baseUrl: string, path: string): URL {
  const url = new URL(baseUrl);
  url.pathname = url.pathname.replace(/\/+$/, '') + path;
  return url;
}
