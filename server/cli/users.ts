// bin/rookery user …: the people who may sign in here.
import { Argument, Option, type Command } from 'commander';
import { roles, type Role } from '#server/features/auth/entities.ts';
import { listUsers, type UserView } from '#server/features/auth/queries.ts';
import { resetSecondFactors } from '#server/features/auth/service/second-factor.ts';
import { createUser, requireUser, setPassword, setRole } from '#server/features/auth/service/users.ts';
import { answering, orStandardInput, table } from './terminal.ts';
import { withContext } from './with-context.ts';

const passwordHelp = 'the password, or - to read it from standard input; one is made when left out';

interface NewUserOptions {
  email: string;
  password?: string;
  role: Role;
  confirmed?: boolean;
}

/** Adds the commands of this group. */
export function addUserCommands(program: Command): void {
  const user = program
    .command('user')
    .description('People who may sign in: create, list, set-password, reset-2fa, role.');

  answering(
    user
      .command('create <name>')
      .description('Makes a login, whatever the registrations say.')
      .requiredOption('--email <address>', 'where letters to this person go')
      .option('--password <password>', passwordHelp)
      .addOption(new Option('--role <role>', 'what this person may do').choices(roles).default('user'))
      .option('--confirmed', 'do not ask this person to confirm the address'),
    create,
  );
  answering(user.command('list').description('Lists everybody, the oldest first.'), list);
  answering(
    user
      .command('set-password <name>')
      .description('Sets a password and signs the person out everywhere. <name> may be the e-mail address.')
      .option('--password <password>', passwordHelp),
    changePassword,
  );
  answering(
    user
      .command('reset-2fa <name>')
      .description(
        'Removes authenticator app, passkeys and recovery codes of a person who lost them; the password stays.',
      ),
    resetFactors,
  );
  answering(
    user
      .command('role <name>')
      .description('Gives a person another role. The last owner stays owner.')
      .addArgument(new Argument('<role>', 'the new role').choices(roles)),
    changeRole,
  );
}

async function create(name: string, options: NewUserOptions) {
  const password = await orStandardInput(options.password);
  const made = await withContext((ctx) => createUser(ctx, { ...options, username: name, password }));
  const isMade = password === undefined;
  return {
    json: {
      id: made.accountId,
      username: made.username,
      role: options.role,
      ...(isMade ? { password: made.password } : {}),
    },
    lines: [
      `Created ${made.username} with the role ${options.role}.`,
      ...(isMade ? [`Password: ${made.password}`] : []),
    ],
  };
}

async function list() {
  const users = await withContext(listUsers);
  const rows = users.map((user) => [
    user.username,
    user.role,
    user.email,
    standing(user),
    user.createdAt.toISOString().slice(0, 10),
  ]);
  return {
    json: users.map((user) => ({
      id: user.accountId,
      username: user.username,
      email: user.email,
      role: user.role,
      state: standing(user),
      created_at: user.createdAt.toISOString(),
    })),
    lines:
      rows.length === 0 ? ['Nobody has signed up yet.'] : table(['NAME', 'ROLE', 'E-MAIL', 'STATE', 'SINCE'], rows),
  };
}

async function changePassword(name: string, options: { password?: string }) {
  const wish = await orStandardInput(options.password);
  const password = await withContext(async (ctx) => setPassword(ctx, (await requireUser(ctx, name)).accountId, wish));
  const isMade = wish === undefined;
  return {
    json: { username: name, ...(isMade ? { password } : {}) },
    lines: [
      `The password of ${name} is changed; all sessions and tokens have ended.`,
      ...(isMade ? [`Password: ${password}`] : []),
    ],
  };
}

async function resetFactors(name: string) {
  const hadAny = await withContext(async (ctx) => resetSecondFactors(ctx, (await requireUser(ctx, name)).accountId));
  return {
    json: { username: name, removed: hadAny },
    lines: [
      hadAny
        ? `${name} signs in with the password alone now. Be sure that it was ${name} who asked.`
        : `${name} had no second factor.`,
    ],
  };
}

async function changeRole(name: string, role: Role) {
  await withContext(async (ctx) => setRole(ctx, (await requireUser(ctx, name)).accountId, role));
  return { json: { username: name, role }, lines: [`${name} has the role ${role} now.`] };
}

/** One word for what keeps a person from signing in, or 'active'. */
function standing(user: UserView): string {
  if (user.suspendedAt !== null) return 'suspended';
  if (user.disabledAt !== null) return 'disabled';
  if (user.leavingAt !== null) return 'leaving';
  if (user.approvedAt === null) return 'waiting for approval';
  return user.opened ? 'active' : 'not confirmed';
}
