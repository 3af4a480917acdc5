/** Who may call from a browser. */
export interface CorsOptions {
  /** `true`: everybody; a list: these origins; `false`: nobody. Default `true`. */
  origin?: boolean | string | readonly string[];
  /** Default GET, POST, DELETE, OPTIONS. */
  methods?: readonly string[];
}

const EXPOSED = 'x-request-id, openai-poll-after-ms, openai-processing-ms, openai-version, idempotency-replayed';

/** The answer's CORS headers for a request from `origin`; `null` when the origin is not allowed. */
export type Cors = (origin: string) => Record<string, string> | null;

export function createCors({ origin: allowed = true }: CorsOptions): Cors {
  const allows =
    typeof allowed === 'boolean'
      ? () => allowed
      : (origin: string) =>
          typeof allowed === 'string' ? allowed === '*' || allowed === origin : allowed.includes(origin);
  const everybody = allowed === true || allowed === '*';
  return (origin) =>
    allows(origin)
      ? {
          'access-control-allow-origin': everybody ? '*' : origin,
          'access-control-expose-headers': EXPOSED,
          ...(everybody ? {} : { vary: 'origin' }),
        }
      : null;
}

/** What a preflight is answered beside {@link Cors}. */
export function preflightHeaders(
  { methods = ['GET', 'POST', 'DELETE', 'OPTIONS'] }: CorsOptions,
  asked: string | undefined,
): Record<string, string> {
  return {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': asked ?? '*',
    'access-control-max-age': '86400',
  };
}
