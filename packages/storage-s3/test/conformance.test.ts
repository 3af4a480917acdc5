import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { runBlobStoreConformance } from '@cogitator-ai/openai-storage/conformance';
import { type Service, startS3 } from '@cogitator-ai/tests-services';
import { afterAll, beforeAll } from 'vitest';
import { openS3BlobStore } from '../src/index.ts';
import { createTestClient, newName } from './server.ts';

const bucket = newName();
let server: Service;
let client: S3Client;

beforeAll(async () => {
  server = await startS3();
  client = createTestClient(server.url);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
});
afterAll(async () => {
  client.destroy();
  await server.remove();
});

runBlobStoreConformance('s3', () => openS3BlobStore({ client, bucket }));
