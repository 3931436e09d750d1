// The seed's chance: SQL functions of a row's number, so that every row can be worked out from its number alone, in any
// order and always the same.
import { accountsStart, benchOrigin, seedEnd, seedStart, type SeedSize } from './size.ts';

/** One statement of the seed, with the words for its line of progress. */
export interface Step {
  title: string;
  text: string;
}

/** The schema `bench` with its functions. `share` gives 0 to 1; `pick` 1 to `count`, small numbers more often the larger `skew` is. */
export function functionSteps(size: SeedSize): Step[] {
  const stepMs = Math.floor((seedEnd - seedStart) / size.posts);
  const statements = [
    `create schema bench`,
    `create function bench.share(n bigint, salt int) returns float8 language sql immutable parallel safe as
      $$ select (hashint8extended(n, salt) & 4503599627370495)::float8 / 4503599627370496 $$`,
    `create function bench.pick(n bigint, salt int, count int, skew float8) returns int language sql immutable parallel safe as
      $$ select least(count, 1 + floor(count * power(bench.share(n, salt), skew))::int) $$`,
    `create function bench.account_id(n int) returns bigint language sql immutable parallel safe as
      $$ select (${accountsStart}::bigint + n * 1000::bigint) << 16 $$`,
    `create function bench.post_ms(n int) returns bigint language sql immutable parallel safe as
      $$ select ${seedStart}::bigint + (n - 1) * ${stepMs}::bigint + floor(bench.share(n, 90) * ${stepMs - 1})::bigint $$`,
    `create function bench.post_id(n int) returns bigint language sql immutable parallel safe as
      $$ select (bench.post_ms(n) << 16) | (hashint8extended(n, 91) & 65535) $$`,
    `create function bench.moment(id bigint) returns timestamptz language sql immutable parallel safe as
      $$ select to_timestamp((id >> 16) / 1000.0) $$`,
    `create function bench.post_uri(post_id bigint, username text, domain text) returns text language sql immutable parallel safe as
      $$ select case when domain is null then '${benchOrigin}/ap/posts/' || post_id
        else 'https://' || domain || '/users/' || username || '/statuses/' || post_id end $$`,
  ];
  return statements.map((text) => ({ title: '', text }));
}
