import { buildApp } from 'fauxqs';

/**
 * An S3 in memory, on this machine only: `node s3-server.ts PORT [unconditional]`. fauxqs writes whatever the condition says,
 * so what S3 promises of `If-None-Match: *` is kept in front of it, unless it is to be a store that knows of no conditions.
 */
const [port, mode] = process.argv.slice(2);
const app = buildApp({ logger: false });

if (mode !== 'unconditional') {
  const present = new Set<string>();
  // Once the body is there: nothing comes between the look and the write.
  app.addHook('preHandler', (request, reply, done) => {
    const key = request.url.split('?')[0]!;
    if (request.method === 'PUT' && request.headers['if-none-match'] === '*' && present.has(key)) {
      const code = '<Code>PreconditionFailed</Code><Message>At least one of the pre-conditions did not hold</Message>';
      return void reply.status(412).type('application/xml').send(`<Error>${code}</Error>`);
    }
    if (request.method === 'PUT') present.add(key);
    if (request.method === 'DELETE') present.delete(key);
    done();
  });
}
app.addHook('onRequest', (_request, reply, done) => {
  reply.header('x-process-id', process.pid);
  done();
});
await app.listen({ port: Number(port), host: '127.0.0.1' });
process.once('SIGTERM', () => void app.close());
