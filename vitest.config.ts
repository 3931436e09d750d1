// How tests run: in processes of their own, at most one a core, on one PostgreSQL that the global setup starts.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{server,web,config,bin}/**/*.test.{ts,tsx}'],
    globalSetup: ['server/testing/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    // Stories with several processes and a browser share two cores; a second failure in a row is a fault.
    retry: 1,
    hookTimeout: 120_000,
  },
});
