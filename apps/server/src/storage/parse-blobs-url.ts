import { z } from 'zod';

/** A bucket that a URL names. */
export interface BlobsTarget {
  readonly bucket: string;
  readonly prefix?: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly forcePathStyle?: boolean;
}

const Parameters = z.strictObject({
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  region: z.string().min(1).optional(),
  path_style: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
});

/**
 * Reads where blobs are: `s3://BUCKET` or `s3://BUCKET/PREFIX`, with `endpoint`, `region` and `path_style` for other services than
 * Amazon's. Credentials are not part of it.
 *
 * @returns `null` when it is none.
 */
export function parseBlobsUrl(text: string): BlobsTarget | null {
  const [, bucket, path = '', query = ''] = /^s3:\/\/([\w.-]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(text) ?? [];
  const parameters = Parameters.safeParse(Object.fromEntries(new URLSearchParams(query)));
  if (bucket === undefined || !parameters.success) return null;
  const { endpoint, region, path_style: forcePathStyle } = parameters.data;
  return {
    bucket,
    ...(path !== '' && { prefix: path.endsWith('/') ? path : `${path}/` }),
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(forcePathStyle !== undefined && { forcePathStyle }),
  };
}
