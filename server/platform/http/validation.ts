// Checks requests against their TypeBox schemas, after bringing them to the schema's types.
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Invalid } from '#server/platform/errors.ts';
import { coerce } from './coerce.ts';

/** Fastify's validator: the coerced value, or one sentence that names the first thing that is wrong. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const compiled = Compile(schema);
  return (input: unknown) => {
    const value = coerce(schema as Parameters<typeof coerce>[0], input ?? {});
    if (compiled.Check(value)) return { value };
    const [first] = compiled.Errors(value);
    const where = first?.instancePath.slice(1).replaceAll('/', '.') ?? '';
    const missing =
      first?.keyword === 'required'
        ? (first.params as { requiredProperties?: string[] }).requiredProperties
        : undefined;
    const text = missing
      ? `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing`
      : `${where || (httpPart ?? 'request')} ${first?.message ?? 'is not valid'}`;
    return { error: new Invalid(`Validation failed: ${text}`) };
  };
};
