// How we speak to a store that speaks S3: settings that any of them understands.
import type { S3ClientConfig } from '@aws-sdk/client-s3';

export interface S3Access {
  region: string;
  /** Absent for AWS itself. */
  endpoint?: string | undefined;
  accessKey: string;
  secretKey: string;
}

/** The options of a client. */
export function s3ClientOptions({ region, endpoint, accessKey, secretKey }: S3Access): S3ClientConfig {
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    // Stores that speak S3 without being AWS refuse the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With waits that double from a tenth of a second: a store that fails one answer in ten fails a file in a million.
    maxAttempts: 6,
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 120_000, httpsAgent: { maxSockets: 64 } },
  };
}
