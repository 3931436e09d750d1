// What is owed to a host and what was given up are found by one index, what was delivered stands in none but those of its key; and pages
// of deliveries are filled by half, so that a lease is written beside its row, without touching an index.
import { Migration } from '@mikro-orm/migrations';

export class DeliveriesOfHost extends Migration {
  override name = '20261122002949-deliveries-of-host';

  override up(): void | Promise<void> {
    this.addSql(`drop index "deliveries_finished";`);
    this.addSql(`drop index "deliveries_order";`);
    this.addSql(`create index deliveries_of_host on deliveries (host, ordering_key, id) where state <> 'delivered';`);
    this.addSql(`alter table "deliveries" set (fillfactor = 50);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "deliveries" reset (fillfactor);`);
    this.addSql(`drop index "deliveries_of_host";`);
    this.addSql(`create index deliveries_finished on deliveries (finished_at) where state <> 'waiting';`);
    this.addSql(`create index deliveries_order on deliveries (host, ordering_key, id) where state = 'waiting';`);
  }
}
