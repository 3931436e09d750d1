// The doors of a running app as a list, so that a test can knock on every one, also on those that are added tomorrow.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import type { Access } from '#server/platform/http/access.ts';
import type { TestOptions } from '#server/testing/context.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

/** One method of one route. */
export interface Door {
  method: string;
  /** As it was registered: `/api/v1/statuses/:id`. */
  path: string;
  access: Access | null;
  /** What stands behind it is not there yet. */
  emptyForm: 'empty' | 'refused' | null;
  /** JSON schemas of what it takes; empty where it names none. */
  schema: { params?: unknown; querystring?: unknown; body?: unknown; response?: unknown };
}

/** A whole server, with the list of its doors. */
export async function openServerWithDoors(options: TestOptions = {}): Promise<{ server: TestServer; doors: Door[] }> {
  const doors: Door[] = [];
  // Fastify announces each new instance here, before anything is registered on it.
  const watch = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ method, url, config, schema }) => {
      for (const one of [method].flat()) {
        doors.push({
          method: one,
          path: url,
          access: config?.access ?? null,
          emptyForm: config?.emptyForm ?? null,
          schema: (schema ?? {}) as Door['schema'],
        });
      }
    });
  };
  subscribe('fastify.initialization', watch);
  try {
    return { server: await openTestServer(options), doors };
  } finally {
    unsubscribe('fastify.initialization', watch);
  }
}

/** "GET /api/v1/statuses/:id", to name tests by. */
export const nameOf = (door: Door): string => `${door.method} ${door.path}`;
