// What came from other servers waits in the outbox behind what our own people did, so each lane has its own order.
import { Migration } from '@mikro-orm/migrations';

export class EventLanes extends Migration {
  override name = '20261121080310-event-lanes';

  override up(): void | Promise<void> {
    this.addSql(`alter table "outbox_events" add "lane" text not null default 'interactive';`);
    this.addSql(`drop index outbox_events_due;`);
    this.addSql(`create index outbox_events_due on outbox_events (lane, due_at, id) where dispatched_at is null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index outbox_events_due;`);
    this.addSql(`alter table "outbox_events" drop column "lane";`);
    this.addSql(`create index outbox_events_due on outbox_events (due_at, id) where dispatched_at is null;`);
  }
}
