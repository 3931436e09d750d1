// The part of the S3 test server that tests use; it ships no types.
declare module 's3rver' {
  export default class S3rver {
    constructor(options: {
      port: number;
      address: string;
      silent: boolean;
      directory: string;
      configureBuckets: Array<{ name: string; configs: unknown[] }>;
    });
    run(): Promise<{ port: number }>;
    close(): Promise<void>;
  }
}
