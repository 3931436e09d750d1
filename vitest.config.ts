// How tests run: in three processes, each file after the other, on one PostgreSQL that the global setup starts.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{server,web,config,bin}/**/*.test.{ts,tsx}'],
    globalSetup: ['server/testing/global-setup.ts'],
    pool: 'forks',
    // One more than the cores that we count on: tests wait for browsers, databases and other processes.
    maxWorkers: 3,
    // To load the server takes longer than most files take: those of a process share it. What must not be shared, such as a
    // clock or a server, each test opens and closes for itself.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
