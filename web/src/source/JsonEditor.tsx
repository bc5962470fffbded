import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { schemaQuery } from '@/api/schemas';
import CodeEditor, { type EditorProps } from './CodeEditor';
import { completeJson, describeJson } from './complete-json';
import { completing } from './extensions';
import { knownNames } from './known-names';
import type { Schema } from './schema';

/** Where the server does not answer, which the page says, its schema still helps. */
const nothing = () => ({});

/** The editor of a JSON file, with what its schema offers and describes. */
export default function JsonEditor({ schema, ...props }: EditorProps & { schema: string }) {
  const { data } = useSuspenseQuery(schemaQuery(schema));
  const queries = useQueryClient();
  const more = useMemo(() => {
    const read = data as Schema;
    return [
      completing(completeJson(read, (text) => knownNames(queries, text).catch(nothing))),
      describeJson(read),
    ];
  }, [data, queries]);
  return <CodeEditor {...props} more={more} />;
}
