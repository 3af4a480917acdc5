import { randomBytes } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';

/** A client of the servers that the tests start. */
export function createTestClient(endpoint: string): S3Client {
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}

export function newName(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}
