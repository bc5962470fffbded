import { useSuspenseQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { schemaQuery } from '@/api/schemas';
import CodeEditor, { type EditorProps } from './CodeEditor';
import { completeJson, describeJson } from './complete-json';
import { completing } from './extensions';
import type { Schema } from './schema';

/** The editor of a JSON file, with what its schema offers and describes. */
export default function JsonEditor({ schema, ...props }: EditorProps & { schema: string }) {
  const { data } = useSuspenseQuery(schemaQuery(schema));
  const more = useMemo(() => {
    const read = data as Schema;
    return [completing(completeJson(read, () => ({}))), describeJson(read)];
  }, [data]);
  return <CodeEditor {...props} more={more} />;
}
