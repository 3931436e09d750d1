// Statements that are prepared by name are written with the same `sql` templates as all others, and made into text once.
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
} from 'kysely';

const compiler = new Kysely<Record<string, never>>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/**
 * The text of a template, for `database.prepared`. Its parameters are written as `sql.raw('$1::bigint')`.
 * @throws when the template binds a value: that value would silently be left out
 */
export function statementText(template: RawBuilder<unknown>): string {
  const { sql, parameters } = template.compile(compiler);
  if (parameters.length > 0) throw new Error('a prepared statement binds a value; write it as $1, $2, …');
  return sql;
}
