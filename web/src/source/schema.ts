/** The parts of a JSON Schema that completion reads; it judges nothing: the server does. */
export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema | boolean>;
  title?: string;
  description?: string;
  type?: string | string[];
  properties?: Record<string, Schema | boolean>;
  required?: string[];
  items?: Schema | boolean;
  oneOf?: (Schema | boolean)[];
  anyOf?: (Schema | boolean)[];
  allOf?: (Schema | boolean)[];
  if?: Schema | boolean;
  then?: Schema | boolean;
  else?: Schema | boolean;
  not?: Schema | boolean;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  deprecated?: boolean;
}

export type Path = readonly (string | number)[];

/** Returns every schema that may describe what is at a path of a document. */
export function schemasAt(root: Schema, path: Path, document: unknown): Schema[] {
  let value = document;
  let schemas = expanded(root, root, value);
  for (const segment of path) {
    value = child(value, segment);
    const below = schemas.flatMap((schema) => under(schema, segment));
    schemas = below.flatMap((schema) => expanded(root, schema, value));
  }
  return schemas;
}

/** Returns the members that an object at a path may have, by key. */
export function membersAt(root: Schema, path: Path, document: unknown): Map<string, Schema[]> {
  const value = path.reduce(child, document);
  const members = new Map<string, Schema[]>();
  for (const { properties = {} } of schemasAt(root, path, document)) {
    for (const [key, schema] of Object.entries(properties)) {
      const found = expanded(root, schema, child(value, key));
      members.set(key, [...(members.get(key) ?? []), ...found]);
    }
  }
  return members;
}

/** Returns the values that schemas name: those allowed, the default, examples. */
export function valuesOf(schemas: readonly Schema[]): unknown[] {
  const named = schemas.flatMap((schema) => [
    ...(schema.enum ?? []),
    ...('const' in schema ? [schema.const] : []),
    ...(hasType(schema, 'boolean') ? [true, false] : []),
    ...('default' in schema ? [schema.default] : []),
    ...(schema.examples ?? []),
  ]);
  return [...new Map(named.map((value) => [JSON.stringify(value), value])).values()];
}

export function hasType(schema: Schema, type: string): boolean {
  return Array.isArray(schema.type) ? schema.type.includes(type) : schema.type === type;
}

function expanded(root: Schema, schema: Schema | boolean, value: unknown, depth = 0): Schema[] {
  if (typeof schema === 'boolean' || depth > 20) return []; // schemas may refer to themselves
  const parts = [...(schema.allOf ?? []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  if (schema.$ref !== undefined) parts.push(referred(root, schema.$ref));
  if (schema.if !== undefined) {
    parts.push((holds(schema.if, value) ? schema.then : schema.else) ?? true);
  }
  return [schema, ...parts.flatMap((part) => expanded(root, part, value, depth + 1))];
}

function referred(root: Schema, reference: string): Schema | boolean {
  const name = /^#\/\$defs\/(.+)$/.exec(reference)?.[1];
  return (name !== undefined && root.$defs?.[name]) || true;
}

/** Whether a condition holds: constants of members and required keys, which is what ours use. */
function holds(condition: Schema | boolean, value: unknown): boolean {
  if (typeof condition === 'boolean') return condition;
  if ('const' in condition && condition.const !== value) return false;
  if (condition.enum !== undefined && !condition.enum.includes(value)) return false;
  if (condition.not !== undefined && holds(condition.not, value)) return false;
  if (condition.required?.some((key) => child(value, key) === undefined)) return false;
  return Object.entries(condition.properties ?? {}).every(([key, member]) => {
    const found = child(value, key);
    return found === undefined || holds(member, found);
  });
}

function under(schema: Schema, segment: string | number): (Schema | boolean)[] {
  const found = typeof segment === 'number' ? schema.items : schema.properties?.[segment];
  return found === undefined ? [] : [found];
}

/** Returns what a value holds under a key or index; undefined where it holds nothing. */
export function child(value: unknown, segment: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, segment) ? (value as Record<string, unknown>)[segment] : undefined;
}
