// Holding work to its budget of statements, while the server looks now and then for something to do.
import type { AppContext } from '#server/context.ts';

/**
 * How many statements `work` costs: the least of five runs, since the relay, the courier and the schedule may look into the
 * database during some of them. `prepare` runs before each and is not counted.
 */
export async function statementsOf(
  ctx: AppContext,
  work: () => Promise<unknown>,
  prepare: () => Promise<unknown> = async () => {},
): Promise<number> {
  const costs: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    await prepare();
    const before = ctx.database.statements();
    await work();
    costs.push(ctx.database.statements() - before);
  }
  return Math.min(...costs);
}
