// A bucket of an S3 server that another author made, for tests of what is kept there.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';

/** Its name is `rookery`; its two keys are both `S3RVER`. */
export interface TestBucket {
  endpoint: string;
  /** The environment of a server that keeps its files there. */
  env: Record<string, string>;
  close(): Promise<void>;
}

/** Opens an empty one on a port of its own. */
export async function openBucket(): Promise<TestBucket> {
  const directory = await mkdtemp(join(tmpdir(), 'rookery-bucket-'));
  const configureBuckets = [{ name: 'rookery', configs: [] }];
  const bucket = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets });
  const { port } = await bucket.run();
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    env: { S3_BUCKET: 'rookery', S3_ENDPOINT: endpoint, S3_ACCESS_KEY: 'S3RVER', S3_SECRET_KEY: 'S3RVER' },
    async close() {
      await bucket.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
