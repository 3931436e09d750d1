// Answers and boosts that their author's counterpart has yet to allow are seen by the two alone: the post says whose leave it waits for.
// What was asked for before waits from now on, and is counted when it is allowed.
import { Migration } from '@mikro-orm/migrations';

export class WaitingForApproval extends Migration {
  override name = '20261121175617-waiting-for-approval';

  override up(): void | Promise<void> {
    this.addSql(`alter table "posts" add "awaits_id" bigint null;`);

    const pending = `from interaction_requests r where r.state = 'pending' and r.interaction`;
    this.addSql(`update posts p set awaits_id = asked.account_id from interaction_requests r join posts asked on asked.id = r.post_id
      where r.subject_id = p.id and r.state = 'pending' and r.interaction <> 'like';`);
    for (const [interaction, noun] of [
      ['reply', 'replies'],
      ['like', 'likes'],
      ['boost', 'boosts'],
    ])
      this.addSql(`update posts set ${noun}_count = greatest(0, ${noun}_count - w.waiting), origin_${noun} = origin_${noun} - w.waiting
        from (select r.post_id, count(*)::int as waiting ${pending} = '${interaction}' group by r.post_id) w where posts.id = w.post_id;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "posts" drop column "awaits_id";`);
  }
}
