// Connections that are lost while they are in use: they go back to the pool, whoever forgets to give them back.
import type { Pool, PoolClient } from 'pg';

/**
 * Without a listener a connection that breaks between two statements of a transaction would end the process; and where even the
 * rollback fails, nobody gives it back, and the pool would be one smaller for ever.
 */
export function giveBackLost(pool: Pool): void {
  const inUse = new WeakSet<PoolClient>();
  pool.on('acquire', (client) => void inUse.add(client));
  pool.on('release', (_error, client) => void inUse.delete(client));
  pool.on('connect', (client) => {
    client.on('error', (error) => {
      // An idle one is the pool's own business.
      if (!inUse.delete(client)) return;
      const { release } = client;
      // Whoever gives it back later has nothing to do any more.
      client.release = () => {};
      release.call(client, error);
    });
  });
}
