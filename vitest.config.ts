// How tests run: in two processes, each file after the other, on one PostgreSQL that the global setup starts.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{server,web,config,bin}/**/*.test.{ts,tsx}'],
    globalSetup: ['server/testing/global-setup.ts'],
    pool: 'forks',
    // Databases, browsers and other processes take what these two leave of two cores: a third would not be done sooner.
    maxWorkers: 2,
    // To load the server takes longer than most files take: those of a process share it. What must not be shared, such as a
    // clock or a server, each test opens and closes for itself.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
