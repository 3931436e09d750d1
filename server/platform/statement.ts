// Statements that are prepared by name are written with the same `sql` templates as all others, and made into text once: that
// takes longer than most pages take to read.
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql as template,
  type RawBuilder,
} from 'kysely';
import type { Database } from './database.ts';

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

/** Stands in a template for what each run is given under that name. */
export type Given<Values> = (name: keyof Values & string) => RawBuilder<unknown>;

interface Made {
  name: string;
  text: string;
  values: string[];
}

/**
 * Statements of one kind whose text differs by a few choices. Each is made when its choices first come, and prepared. A choice is
 * one of a few words, never what somebody typed: that is given.
 */
export function preparedBy<Choices extends object, Values extends object, Row>(
  kind: string,
  make: (choices: Choices, given: Given<Values>) => RawBuilder<unknown>,
): (database: Pick<Database, 'prepared'>, choices: Choices, values: Values) => Promise<Row[]> {
  const known = new Map<string, Made>();
  const makeText = (choices: Choices): Made => {
    const values: string[] = [];
    const given: Given<Values> = (name) => {
      if (!values.includes(name)) values.push(name);
      return template.raw(`$${values.indexOf(name) + 1}`);
    };
    return { name: `${kind}_${known.size}`, text: statementText(make(choices, given)), values };
  };
  return (database, choices, values) => {
    const key = Object.values(choices).join(' ');
    const made = known.get(key) ?? makeText(choices);
    known.set(key, made);
    const given = new Map<string, unknown>(Object.entries(values));
    return database.prepared<Row>(
      made.name,
      made.text,
      made.values.map((name) => given.get(name)),
    );
  };
}
