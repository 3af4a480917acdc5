import { once } from 'node:events';
import { request } from 'node:http';

const BOUNDARY = 'boundary';
const SENT_BYTES = 600_000;

/** Uploads a file up to its middle and no further. The server may be killed meanwhile. */
export async function beginUpload(url: string): Promise<void> {
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  const upload = request(`${url}/v1/files`, { method: 'POST', headers }).on('error', () => {});
  upload.write(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n`);
  upload.write(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="half"\r\n\r\n`);
  if (!upload.write(Buffer.alloc(SENT_BYTES))) await once(upload, 'drain');
}
