// Changing what the admin decides.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { Invalid, type FieldErrors } from '#server/platform/errors.ts';
import { settingLimits, type Audience, type RegistrationMode } from './policy.ts';
import { settingsFragment } from './queries.ts';

/** What may change; absent means: stays. `rules` are all rules there shall be, as plain texts in order. */
export interface SettingsChange {
  title?: string;
  description?: string;
  registrations?: RegistrationMode;
  contactEmail?: string;
  blocksShownTo?: Audience;
  rules?: string[];
}

/** Stores the given settings. @throws {Invalid} with the reason for each; nothing is changed then */
export async function changeInstanceSettings(ctx: AppContext, change: SettingsChange): Promise<void> {
  checkLengths(change);
  const values = Object.entries(change).filter(([, value]) => value !== undefined);
  await ctx.database.write(async (tx) => {
    for (const [key, value] of values) {
      const text = JSON.stringify(typeof value === 'string' ? value.trim() : value);
      await tx.sql
        .insertInto('instance_settings')
        .values({ key, value: text, updated_at: ctx.clock() })
        .onConflict((is) =>
          is
            .column('key')
            .doUpdateSet({ value: text, updated_at: ctx.clock() })
            // What is saved again as it is has not changed.
            .where(sql.ref('instance_settings.value'), 'is distinct from', sql.ref('excluded.value')),
        )
        .execute();
    }
  });
  await ctx.fragments.drop([settingsFragment]);
}

function checkLengths(change: SettingsChange): void {
  const details: FieldErrors = {};
  const check = (name: keyof typeof settingLimits, text: string | undefined): void => {
    if (text === undefined || Array.from(text).length <= settingLimits[name]) return;
    details[name] = [
      { error: 'ERR_TOO_LONG', description: `${name} is too long (at most ${settingLimits[name]} characters)` },
    ];
  };
  check('title', change.title);
  check('description', change.description);
  check('contactEmail', change.contactEmail);
  for (const rule of change.rules ?? []) check('rule', rule);
  if (change.title !== undefined && change.title.trim() === '')
    details.title = [{ error: 'ERR_BLANK', description: 'the title must not be empty' }];
  if ((change.rules ?? []).length > settingLimits.rules)
    details.rules = [{ error: 'ERR_TOO_LONG', description: `there may be at most ${settingLimits.rules} rules` }];
  const reasons = Object.values(details).flat();
  if (reasons.length === 0) return;
  throw new Invalid(`Validation failed: ${reasons.map((reason) => reason.description).join(', ')}`, { details });
}
