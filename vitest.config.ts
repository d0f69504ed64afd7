import { defineConfig } from 'vitest/config';

/** Tests against real servers of a gigabyte each: one file at a time, when the others are done. */
const SERVICES = 'test/integration/services/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['test/{unit,cases,property,conformance,fault,integration,e2e}/**/*.test.ts'],
          exclude: [SERVICES],
        },
      },
      {
        extends: true,
        test: { name: 'services', include: [SERVICES], maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
